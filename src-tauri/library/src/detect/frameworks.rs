//! Frameworks, by what the manifests of package managers ask for. A manifest that cannot be
//! understood names none.

use std::path::Path;

use super::manifest::read_text;

/// Adds the frameworks that the file at `path` names, if it is a manifest.
pub(super) fn read(path: &Path, found: &mut Vec<&'static str>) {
    let Some(name) = path.file_name().and_then(|name| name.to_str()) else { return };
    let read: fn(&str, &mut Vec<&'static str>) = match name {
        "package.json" => of_package_json,
        "composer.json" => of_composer_json,
        "Cargo.toml" => of_cargo_toml,
        "pyproject.toml" => of_pyproject_toml,
        "requirements.txt" | "Pipfile" | "setup.cfg" => |text, found| words(text, PYTHON, found),
        "go.mod" => |text, found| parts(text, GO, found),
        "Gemfile" => |text, found| words(text, RUBY, found),
        "pom.xml" | "build.gradle" | "build.gradle.kts" => |text, found| parts(text, JVM, found),
        "pubspec.yaml" => |text, found| parts(text, DART, found),
        "mix.exs" => |text, found| parts(text, ELIXIR, found),
        _ if name.ends_with(".csproj") => |text, found| parts(text, DOTNET, found),
        _ => return,
    };
    if let Some(text) = read_text(path) {
        read(&text, found);
    }
}

/// The dependencies in a manifest, and the framework that each is a sign of.
type Signs = &'static [(&'static str, &'static str)];

const NODE: Signs = &[
    ("react", "React"),
    ("react-native", "React Native"),
    ("expo", "Expo"),
    ("next", "Next.js"),
    ("@remix-run/react", "Remix"),
    ("vue", "Vue"),
    ("nuxt", "Nuxt"),
    ("svelte", "Svelte"),
    ("@sveltejs/kit", "SvelteKit"),
    ("@angular/core", "Angular"),
    ("solid-js", "Solid"),
    ("preact", "Preact"),
    ("lit", "Lit"),
    ("astro", "Astro"),
    ("gatsby", "Gatsby"),
    ("express", "Express"),
    ("fastify", "Fastify"),
    ("koa", "Koa"),
    ("hono", "Hono"),
    ("@nestjs/core", "NestJS"),
    ("electron", "Electron"),
    ("@tauri-apps/api", "Tauri"),
    ("vite", "Vite"),
    ("tailwindcss", "Tailwind CSS"),
    ("three", "three.js"),
    ("prisma", "Prisma"),
    ("@playwright/test", "Playwright"),
];
const CARGO: Signs = &[
    ("tauri", "Tauri"),
    ("axum", "Axum"),
    ("actix-web", "Actix Web"),
    ("rocket", "Rocket"),
    ("warp", "Warp"),
    ("poem", "Poem"),
    ("tokio", "Tokio"),
    ("tonic", "Tonic"),
    ("bevy", "Bevy"),
    ("leptos", "Leptos"),
    ("yew", "Yew"),
    ("dioxus", "Dioxus"),
    ("egui", "egui"),
    ("iced", "iced"),
    ("gtk4", "GTK"),
    ("diesel", "Diesel"),
    ("sqlx", "SQLx"),
    ("clap", "clap"),
];
const PYTHON: Signs = &[
    ("django", "Django"),
    ("flask", "Flask"),
    ("fastapi", "FastAPI"),
    ("starlette", "Starlette"),
    ("tornado", "Tornado"),
    ("aiohttp", "aiohttp"),
    ("sqlalchemy", "SQLAlchemy"),
    ("celery", "Celery"),
    ("numpy", "NumPy"),
    ("pandas", "pandas"),
    ("torch", "PyTorch"),
    ("tensorflow", "TensorFlow"),
    ("scikit-learn", "scikit-learn"),
    ("streamlit", "Streamlit"),
    ("jupyter", "Jupyter"),
    ("pytest", "pytest"),
];
const GO: Signs = &[
    ("github.com/gin-gonic/gin", "Gin"),
    ("github.com/labstack/echo", "Echo"),
    ("github.com/gofiber/fiber", "Fiber"),
    ("github.com/go-chi/chi", "chi"),
    ("github.com/spf13/cobra", "Cobra"),
    ("gorm.io/gorm", "GORM"),
    ("k8s.io/client-go", "Kubernetes"),
];
const RUBY: Signs =
    &[("rails", "Rails"), ("sinatra", "Sinatra"), ("hanami", "Hanami"), ("jekyll", "Jekyll")];
const JVM: Signs = &[
    ("spring-boot", "Spring Boot"),
    ("springframework", "Spring"),
    ("quarkus", "Quarkus"),
    ("micronaut", "Micronaut"),
    ("ktor", "Ktor"),
    ("com.android", "Android"),
];
const PHP: Signs = &[("laravel/framework", "Laravel"), ("symfony/framework-bundle", "Symfony")];
const DART: Signs = &[("sdk: flutter", "Flutter")];
const ELIXIR: Signs = &[(":phoenix,", "Phoenix"), (":ecto", "Ecto")];
const DOTNET: Signs =
    &[("Microsoft.NET.Sdk.Web", "ASP.NET Core"), ("UseMaui", "MAUI"), ("UseWPF", "WPF")];

fn add(signs: Signs, name: &str, found: &mut Vec<&'static str>) {
    found.extend(signs.iter().filter(|(sign, _)| *sign == name).map(|(_, framework)| framework));
}

/// Signs that stand anywhere in the text.
fn parts(text: &str, signs: Signs, found: &mut Vec<&'static str>) {
    found.extend(signs.iter().filter(|(sign, _)| text.contains(sign)).map(|(_, name)| name));
}

/// Signs that are words of their own, in lines that are no comments.
fn words(text: &str, signs: Signs, found: &mut Vec<&'static str>) {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    for word in
        lines.flat_map(|line| line.split(|c: char| !c.is_alphanumeric() && !"-_.".contains(c)))
    {
        add(signs, &word.to_lowercase().replace('_', "-"), found);
    }
}

fn of_package_json(text: &str, found: &mut Vec<&'static str>) {
    of_json(text, &["dependencies", "devDependencies", "peerDependencies"], NODE, found);
}

fn of_composer_json(text: &str, found: &mut Vec<&'static str>) {
    of_json(text, &["require", "require-dev"], PHP, found);
}

fn of_json(text: &str, keys: &[&str], signs: Signs, found: &mut Vec<&'static str>) {
    let Ok(manifest) = serde_json::from_str::<serde_json::Value>(text) else { return };
    for dependencies in keys.iter().filter_map(|key| manifest.get(key)?.as_object()) {
        dependencies.keys().for_each(|name| add(signs, name, found));
    }
}

fn of_cargo_toml(text: &str, found: &mut Vec<&'static str>) {
    let Ok(manifest) = text.parse::<toml::Table>() else { return };
    let workspace = manifest.get("workspace").and_then(toml::Value::as_table);
    for table in [Some(&manifest), workspace].into_iter().flatten() {
        for key in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(dependencies) = table.get(key).and_then(toml::Value::as_table) else {
                continue;
            };
            dependencies.keys().for_each(|name| add(CARGO, name, found));
        }
    }
}

fn of_pyproject_toml(text: &str, found: &mut Vec<&'static str>) {
    let Ok(manifest) = text.parse::<toml::Table>() else { return };
    let project = manifest.get("project").and_then(|project| project.get("dependencies"));
    for requirement in project.and_then(toml::Value::as_array).into_iter().flatten() {
        words(requirement.as_str().unwrap_or_default(), PYTHON, found);
    }
    let poetry = manifest.get("tool").and_then(|tool| tool.get("poetry")?.get("dependencies"));
    for name in poetry.and_then(toml::Value::as_table).into_iter().flat_map(|table| table.keys()) {
        add(PYTHON, &name.to_lowercase(), found);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(read: fn(&str, &mut Vec<&'static str>), text: &str) -> Vec<&'static str> {
        let mut found = Vec::new();
        read(text, &mut found);
        found.sort_unstable();
        found
    }

    #[test]
    fn manifests_name_their_frameworks() {
        let package =
            r#"{"dependencies": {"react": "1"}, "devDependencies": {"vite": "1", "x": 1}}"#;
        assert_eq!(found(of_package_json, package), ["React", "Vite"]);
        let cargo =
            "[workspace.dependencies]\naxum = \"1\"\n[dependencies]\ntokio = { version = \"1\" }";
        assert_eq!(found(of_cargo_toml, cargo), ["Axum", "Tokio"]);
        let python = "[project]\ndependencies = [\"Django>=4\", \"scikit_learn[all]\"]";
        assert_eq!(found(of_pyproject_toml, python), ["Django", "scikit-learn"]);
        let requirements = "flask==2\n# django\n";
        assert_eq!(found(|text, found| words(text, PYTHON, found), requirements), ["Flask"]);
    }

    #[test]
    fn a_broken_manifest_names_none() {
        for read in [of_package_json, of_composer_json, of_cargo_toml, of_pyproject_toml] {
            assert!(found(read, "{{{ react [dependencies").is_empty());
        }
    }
}
