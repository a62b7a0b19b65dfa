//! Where the programs are that build.

use std::path::{Path, PathBuf};

/// The folders in which Docker looks for its plug-ins, besides that of the user.
const DOCKER_PLUGINS: [&str; 4] = [
    "/usr/local/lib/docker/cli-plugins",
    "/usr/local/libexec/docker/cli-plugins",
    "/usr/lib/docker/cli-plugins",
    "/usr/libexec/docker/cli-plugins",
];

/// The programs that are installed.
#[derive(Debug, Clone, Default)]
pub struct InstalledPrograms {
    /// `kustomize`, or else `kubectl`.
    pub kustomize: Option<PathBuf>,
    /// True if `kustomize` is kubectl.
    pub is_kubectl: bool,
    pub helm: Option<PathBuf>,
    pub compose: Option<PathBuf>,
    /// Starts a program without a network.
    pub unshare: Option<PathBuf>,
}

impl InstalledPrograms {
    /// Looks for the programs in the folders of `PATH`, and for the plug-in of Docker. Relative
    /// folders do not count: they could be those of the repository.
    pub fn find(path: &str, home: Option<&str>) -> Self {
        let folders: Vec<PathBuf> =
            std::env::split_paths(path).filter(|folder| folder.is_absolute()).collect();
        let find = |name: &str| find_program(&folders, name);
        let own = home.map(|home| Path::new(home).join(".docker/cli-plugins"));
        let plugins: Vec<PathBuf> =
            own.into_iter().chain(DOCKER_PLUGINS.map(PathBuf::from)).collect();
        let kustomize = find("kustomize");
        let is_kubectl = kustomize.is_none();
        InstalledPrograms {
            kustomize: kustomize.or_else(|| find("kubectl")),
            is_kubectl,
            helm: find("helm"),
            compose: find_program(&plugins, "docker-compose").or_else(|| find("docker-compose")),
            unshare: find("unshare"),
        }
    }
}

fn find_program(folders: &[PathBuf], name: &str) -> Option<PathBuf> {
    let name = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let places = folders.iter().map(|folder| folder.join(&name));
    places.into_iter().find(|place| is_program(place))
}

#[cfg(unix)]
fn is_program(place: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    place.metadata().is_ok_and(|about| about.is_file() && about.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_program(place: &Path) -> bool {
    place.is_file()
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    #[test]
    fn kustomize_comes_before_kubectl_and_a_plug_in_before_the_path() {
        let folder = tempfile::tempdir().expect("a folder");
        let make = |name: &str, mode: u32| {
            let place = folder.path().join(name);
            std::fs::create_dir_all(place.parent().expect("a parent")).expect("a folder");
            std::fs::write(&place, "").expect("a file");
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(&place, mode).expect("its mode");
            place
        };
        let home = folder.path().to_str().expect("a text");
        let path = format!("{home}/bin:relative");
        let (kubectl, compose) = (make("bin/kubectl", 0o755), make("bin/docker-compose", 0o755));
        make("bin/helm", 0o644);
        let found = InstalledPrograms::find(&path, None);
        assert_eq!((found.kustomize, found.is_kubectl), (Some(kubectl), true));
        assert_eq!((found.helm, found.compose), (None, Some(compose)));
        let kustomize = make("bin/kustomize", 0o755);
        let plugin = make(".docker/cli-plugins/docker-compose", 0o755);
        let found = InstalledPrograms::find(&path, Some(home));
        assert_eq!((found.kustomize, found.is_kubectl), (Some(kustomize), false));
        assert_eq!(found.compose, Some(plugin));
    }
}
