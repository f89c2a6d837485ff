//! The file systems that others can change beside this machine's kernel, and those that keep no
//! files.

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

/// proc, sysfs, debugfs, tracefs, securityfs, selinuxfs, cgroup (two of them), devpts, bpf, pstore,
/// binfmt_misc, nsfs, mqueue, configfs and efivarfs.
const VIRTUAL: [u64; 16] = [
    0x9fa0,
    0x6265_6572,
    0x6462_6720,
    0x7472_6163,
    0x7363_6673,
    0xf97c_ff8c,
    0x0027_e0eb,
    0x6367_7270,
    0x1cd1,
    0xcafe_4a11,
    0x6165_676c,
    0x4249_4e4d,
    0x6e73_6673,
    0x1980_0202,
    0x6265_6570,
    0xde5e_81e4,
];

/// Whether other machines, or programs beside the kernel, can change the files below `root`
/// without a notice.
pub fn is_remote(root: &Path) -> bool {
    kind_of(root).is_some_and(|kind| REMOTE.contains(&kind))
}

/// Whether the kernel shows itself below `root`, and keeps no files there.
pub fn is_virtual(root: &Path) -> bool {
    kind_of(root).is_some_and(|kind| VIRTUAL.contains(&kind))
}

fn kind_of(root: &Path) -> Option<u64> {
    // The kernel's type is signed on some machines and narrower on others.
    u64::try_from(rustix::fs::statfs(root).ok()?.f_type & 0xffff_ffff).ok()
}
