//! Hands `tauri.conf.json` and the window's capabilities to Tauri.

fn main() {
    println!("cargo:rerun-if-changed=src-tauri/app/capabilities");
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/app/capabilities/**/*");
    tauri_build::try_build(attributes).expect("tauri.conf.json and the capabilities are valid");
}
