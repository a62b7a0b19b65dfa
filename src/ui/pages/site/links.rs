//! Addresses of pages: paths of the server, or files of a static site.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the characters that are never encoded (RFC 3986, 2.3).
const PATH_PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// How pages link to each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageLinks {
    /// Paths of the server, below a prefix that is empty or begins with a slash.
    Below(&'static str),
    /// Files, relative to one that is this number of folders deep.
    Files(usize),
}

impl PageLinks {
    /// True where pages may have forms, and pages that nobody knows in advance.
    pub fn is_served(self) -> bool {
        matches!(self, PageLinks::Below(_))
    }

    /// The address of a path of the server, where there is one.
    pub fn served(self, path: &str) -> Option<String> {
        match self {
            PageLinks::Below(prefix) => Some(format!("{prefix}{path}")),
            PageLinks::Files(_) => None,
        }
    }

    /// The address of a page of the navigation; the empty path is the first page.
    pub fn page(self, path: &str) -> String {
        match self {
            PageLinks::Below(prefix) => format!("{prefix}/{path}"),
            PageLinks::Files(deep) if path.is_empty() => format!("{}index.html", up(deep)),
            PageLinks::Files(deep) => format!("{}{path}.html", up(deep)),
        }
    }

    /// The file of a page of the navigation, from the top of the site.
    pub fn page_file(path: &str) -> String {
        PageLinks::Files(0).page(path)
    }

    /// The address of a file beside the first page.
    pub fn file(self, name: &str) -> String {
        match self {
            PageLinks::Below(prefix) => format!("{prefix}/{name}"),
            PageLinks::Files(deep) => format!("{}{name}", up(deep)),
        }
    }

    /// The address of the page of an app.
    pub fn app(self, name: &str) -> String {
        self.named("apps", name)
    }

    /// The address of the page of a stage.
    pub fn stage(self, name: &str) -> String {
        self.named("stages", name)
    }

    /// The address of the page of an app's version, where there is one.
    pub fn version(self, app: &str, version: &str) -> Option<String> {
        (self.is_served() && !version.is_empty())
            .then(|| self.named("versions", &format!("{app}@{version}")))
    }

    fn named(self, folder: &str, name: &str) -> String {
        match self {
            PageLinks::Below(prefix) => {
                format!("{prefix}/{folder}/{}", utf8_percent_encode(name, PATH_PART))
            }
            PageLinks::Files(deep) => format!("{}{folder}/{}.html", up(deep), file_name(name)),
        }
    }
}

fn up(deep: usize) -> String {
    "../".repeat(deep)
}

/// A name as a part of a path: every byte that has a meaning in paths or addresses, and a dot at
/// the start, becomes `~` and two digits.
pub fn file_name(name: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    let mut out = String::new();
    for (at, byte) in name.bytes().enumerate() {
        match byte {
            b'.' if at == 0 => out.push_str("~2e"),
            _ if is_plain(byte) => out.push(char::from(byte)),
            _ => out.push_str(&format!("~{byte:02x}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_leave_their_folder() {
        assert_eq!(file_name("../../etc/passwd"), "~2e.~2f..~2fetc~2fpasswd");
        assert_eq!(file_name("web/main~1 é"), "web~2fmain~7e1~20~c3~a9");
        assert_eq!(PageLinks::Files(1).app("a/b"), "../apps/a~2fb.html");
        assert_eq!(PageLinks::Below("").app("a/b ?"), "/apps/a%2Fb%20%3F");
        assert_eq!(
            PageLinks::Below("").version("web", "v1").as_deref(),
            Some("/versions/web%40v1")
        );
        assert_eq!(PageLinks::Files(1).page(""), "../index.html");
        assert_eq!(
            (PageLinks::Below("").page(""), PageLinks::Below("").page("dora")),
            ("/".into(), "/dora".into())
        );
    }
}
