//! Which file systems others can change beside this machine's kernel.

use std::path::Path;

/// NFS, SMB (three of them), FUSE, 9P, Ceph, AFS, Lustre, GPFS, and the shared folders of
/// VirtualBox and VMware: as `statfs(2)` and the kernel's `magic.h` number them.
const REMOTE: [u64; 12] = [
    0x6969,
    0xff53_4d42,
    0xfe53_4d42,
    0x517b,
    0x6573_5546,
    0x0102_1997,
    0x00c3_6400,
    0x5346_414f,
    0x0bd0_0bd0,
    0x4750_4653,
    0x786f_4256,
    0xbacb_acbc,
];

/// Whether other machines, or programs beside the kernel, can change the files below `root`
/// without a notice.
pub fn is_remote(root: &Path) -> bool {
    rustix::fs::statfs(root).is_ok_and(|stat| {
        // The kernel's type is signed on some machines and narrower on others.
        u64::try_from(stat.f_type & 0xffff_ffff).is_ok_and(|kind| REMOTE.contains(&kind))
    })
}
