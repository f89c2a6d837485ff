//! A zip, without a program that makes it.

/// A zip of stored files, by their names.
pub fn zip_of(files: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut zip, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in files {
        let number = |length: usize| u32::try_from(length).unwrap_or_default().to_le_bytes();
        let size = number(content.len());
        let mut common = vec![20, 0, 0, 0, 0, 0, 0, 0, 0x21, 0x58];
        common.extend(crc32(content).to_le_bytes());
        common.extend([size, size].concat());
        common.extend([&number(name.len())[..2], &[0, 0]].concat());
        let start = number(zip.len());
        zip.extend([b"PK\x03\x04", &common[..], name.as_bytes(), content].concat());
        let middle = [&[0; 10][..], &start].concat();
        directory.extend([b"PK\x01\x02\x14\x00", &common[..], &middle, name.as_bytes()].concat());
    }
    let number = |length: usize| u32::try_from(length).unwrap_or_default().to_le_bytes();
    let count = &number(files.len())[..2];
    let (start, length) = (number(zip.len()), number(directory.len()));
    zip.extend(directory);
    zip.extend([b"PK\x05\x06\0\0\0\0", count, count, &length, &start, &[0, 0]].concat());
    zip
}

fn crc32(content: &[u8]) -> u32 {
    let mut crc = u32::MAX;
    for byte in content {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}
