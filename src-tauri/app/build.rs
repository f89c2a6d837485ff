//! Hands `tauri.conf.json` and the window's capabilities to Tauri.

fn main() {
    println!("cargo:rerun-if-changed=src-tauri/app/capabilities");
    println!("cargo:rerun-if-changed=src-tauri/app/permissions");
    // With a permission of its own the one command is closed to every window and every origin
    // that the capabilities do not name.
    let own = tauri_build::AppManifest::new()
        .permissions_path_pattern("./src-tauri/app/permissions/**/*");
    let attributes = tauri_build::Attributes::new()
        .capabilities_path_pattern("./src-tauri/app/capabilities/**/*")
        .app_manifest(own);
    tauri_build::try_build(attributes).expect("tauri.conf.json and the capabilities are valid");
}
