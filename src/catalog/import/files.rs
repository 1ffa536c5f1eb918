//! The files of a course: of a folder, or of an archive, which may be hostile.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
    path::{Component, Path},
};

use super::{Problem, ProblemSeverity, Problems, markdown};
use crate::platform::text::Words;

/// Files by their path from the root, with `/` between its parts.
pub type Tree = BTreeMap<String, Vec<u8>>;

/// The files of a course.
#[derive(Default, Debug)]
pub struct Files {
    /// Those that were read.
    pub tree: Tree,
    /// Those that were not: links may lead out of the course, and devices are no files.
    pub left_out: Problems,
}

impl Files {
    /// These, and none left out.
    #[must_use]
    pub fn of(tree: Tree) -> Self {
        Self { tree, left_out: Problems::default() }
    }

    fn add(&mut self, bytes: &mut u64, path: String, content: Vec<u8>) -> Result<(), Problem> {
        *bytes += content.len() as u64;
        if *bytes > MOST_BYTES || self.tree.len() + self.left_out.count() >= MOST_FILES {
            let words = words!(
                "Lebih dari {MOST_FILES} berkas atau {MOST_BYTES} bita.",
                "More than {MOST_FILES} files or {MOST_BYTES} bytes."
            );
            return Err(refused(&path, words));
        }
        if self.tree.contains_key(&path) {
            let words = words!(
                "Ada dua kali dalam arsip; yang terakhir dipakai.",
                "There twice in the archive; the last one is taken."
            );
            self.left_out.push(Problem::new(&path, None, ProblemSeverity::Warning, words));
        }
        self.tree.insert(path, content);
        Ok(())
    }

    fn leave_out(&mut self, path: &str) -> Result<(), Problem> {
        if self.tree.len() + self.left_out.count() >= MOST_FILES {
            return Err(refused(path, words!("Lebih dari {MOST_FILES} berkas.", "More than {MOST_FILES} files.")));
        }
        let words =
            words!("Tautan atau perangkat, bukan berkas; ditinggalkan.", "A link or a device, not a file; left out.");
        self.left_out.push(Problem::new(path, None, ProblemSeverity::Warning, words));
        Ok(())
    }
}

/// Files of an archive at most.
const MOST_FILES: usize = 20_000;
/// Bytes at most, unpacked: an archive of a few kilobytes can unpack to all the memory there is.
const MOST_BYTES: u64 = 256 << 20;

fn refused(path: &str, words: Words) -> Problem {
    Problem::new(path, None, ProblemSeverity::Error, words)
}

fn unreadable(path: &str, error: &std::io::Error) -> Problem {
    refused(path, words!("Tidak terbaca: {error}", "Can't be read: {error}"))
}

/// The files of a folder; `watch` sees how many were read. The folder `.git` is no part of a course.
///
/// # Errors
/// Where it can't be read, or is too large.
pub fn of_folder(root: &Path, watch: impl Fn(usize)) -> Result<Files, Problem> {
    let shown = |path: &Path| path.strip_prefix(root).unwrap_or(path).display().to_string();
    if !root.is_dir() {
        let words = words!("Tidak ada folder ini.", "There is no such folder.");
        return Err(refused(&root.display().to_string(), words));
    }
    let mut files = Files::default();
    let mut bytes = 0;
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(&folder).map_err(|error| unreadable(&shown(&folder), &error))?;
        for entry in entries {
            let entry = entry.map_err(|error| unreadable(&shown(&folder), &error))?;
            let path = entry.path();
            let kind = entry.file_type().map_err(|error| unreadable(&shown(&path), &error))?;
            if kind.is_dir() {
                if entry.file_name() != ".git" {
                    folders.push(path);
                }
            } else if kind.is_file() {
                let content = std::fs::read(&path).map_err(|error| unreadable(&shown(&path), &error))?;
                files.add(&mut bytes, shown(&path), content)?;
                watch(files.tree.len());
            } else {
                files.leave_out(&shown(&path))?;
            }
        }
    }
    Ok(files)
}

/// The files of a `.zip` or `.tar.gz`.
///
/// # Errors
/// Where it is neither, unpacks to too much, or names a file outside of itself.
pub fn of_archive(bytes: &[u8]) -> Result<Files, Problem> {
    let files = if bytes.starts_with(b"PK") {
        of_zip(bytes)?
    } else if bytes.starts_with(&[0x1f, 0x8b]) {
        of_tar(bytes)?
    } else {
        let words = words!("Ini bukan .zip dan bukan .tar.gz.", "This is no .zip and no .tar.gz.");
        return Err(refused("", words));
    };
    Ok(without_wrapper(files))
}

fn of_zip(bytes: &[u8]) -> Result<Files, Problem> {
    let broken =
        |error: zip::result::ZipError| refused("", words!("Arsipnya rusak: {error}", "The archive is broken: {error}"));
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    // The library keeps the last of them, and does not say of which file.
    if archive.has_duplicate_names() {
        let words = words!(
            "Sebuah berkas ada dua kali dalam arsip; kemas ulang arsipnya.",
            "A file is there twice in the archive; pack it anew."
        );
        return Err(refused("", words));
    }
    let mut files = Files::default();
    let mut total = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(broken)?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.name().map_err(broken)?.into_owned();
        let path = inside(Path::new(&name))?;
        if entry.is_symlink() {
            files.leave_out(&path)?;
            continue;
        }
        let content = limited(entry, &path, MOST_BYTES - total.min(MOST_BYTES))?;
        files.add(&mut total, path, content)?;
    }
    Ok(files)
}

fn of_tar(bytes: &[u8]) -> Result<Files, Problem> {
    let broken =
        |error: std::io::Error| refused("", words!("Arsipnya rusak: {error}", "The archive is broken: {error}"));
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes).take(MOST_BYTES * 2));
    let mut files = Files::default();
    let mut total = 0;
    for entry in archive.entries().map_err(broken)? {
        let entry = entry.map_err(broken)?;
        let kind = entry.header().entry_type();
        if kind.is_dir() || kind.is_pax_global_extensions() {
            continue;
        }
        let path = inside(&entry.path().map_err(broken)?)?;
        if !kind.is_file() {
            files.leave_out(&path)?;
            continue;
        }
        let content = limited(entry, &path, MOST_BYTES - total.min(MOST_BYTES))?;
        files.add(&mut total, path, content)?;
    }
    Ok(files)
}

fn limited(reader: impl Read, path: &str, most: u64) -> Result<Vec<u8>, Problem> {
    let mut content = Vec::new();
    reader.take(most + 1).read_to_end(&mut content).map_err(|error| unreadable(path, &error))?;
    if content.len() as u64 > most {
        let words = words!("Isinya lebih dari {MOST_BYTES} bita.", "Unpacks to more than {MOST_BYTES} bytes.");
        return Err(refused(path, words));
    }
    Ok(content)
}

fn inside(path: &Path) -> Result<String, Problem> {
    let mut parts = Vec::new();
    for part in path.components() {
        match part {
            Component::Normal(part) if !part.to_string_lossy().contains('\0') => {
                parts.push(part.to_string_lossy().into_owned());
            }
            Component::CurDir => {}
            _ => {
                let shown = path.display();
                let words = words!(
                    "{shown} keluar dari arsip, atau bukan jalur.",
                    "{shown} leads out of the archive, or is no path."
                );
                return Err(refused("", words));
            }
        }
    }
    Ok(parts.join("/"))
}

/// An archive often holds one folder that holds everything, but for what macOS lays beside it.
fn without_wrapper(files: Files) -> Files {
    let of_macos = |path: &str| path.starts_with("__MACOSX/") || path.ends_with(".DS_Store");
    let Files { tree, left_out } = files;
    let mut own = tree.keys().filter(|path| !of_macos(path));
    let first = own.next().and_then(|path| path.split_once('/')).map(|(first, _)| format!("{first}/"));
    let Some(first) = first.filter(|first| own.all(|path| path.starts_with(first))) else {
        return Files { tree, left_out };
    };
    // A course of one section is no wrapper; the folder of a course may have a number in its name.
    let inside = || tree.keys().filter_map(|path| path.strip_prefix(&first));
    if markdown::is_one(tree.keys().map(String::as_str)) && !markdown::is_one(inside()) {
        return Files { tree, left_out };
    }
    let shown = |path: String| path.strip_prefix(&first).map(str::to_owned).unwrap_or(path);
    let tree = tree.into_iter().map(|(path, content)| (shown(path), content)).collect();
    Files { tree, left_out: left_out.below(&first) }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in entries {
            writer.start_file(*name, zip::write::SimpleFileOptions::default()).expect("an entry");
            writer.write_all(content).expect("content");
        }
        writer.finish().expect("an archive").into_inner()
    }

    #[test]
    fn an_archive_is_unwrapped() {
        let files =
            of_archive(&zip(&[("course/1-a/1-b/README.md", b"# A"), ("course/README.md", b"# C")])).expect("files");
        assert_eq!(files.tree.keys().collect::<Vec<_>>(), ["1-a/1-b/README.md", "README.md"]);
    }

    #[test]
    fn a_course_of_one_section_is_no_wrapper() {
        let files = of_archive(&zip(&[("1-a/1-b/README.md", b"# A"), ("1-a/README.md", b"# S")])).expect("files");
        assert_eq!(files.tree.keys().collect::<Vec<_>>(), ["1-a/1-b/README.md", "1-a/README.md"]);
    }

    #[test]
    fn a_wrapper_may_have_a_number_and_something_of_macos_beside_it() {
        let course = zip(&[("30-days-main/1-a/1-b/README.md", b"# A"), ("30-days-main/README.md", b"# C")]);
        let files = of_archive(&course).expect("files");
        assert_eq!(files.tree.keys().collect::<Vec<_>>(), ["1-a/1-b/README.md", "README.md"]);
        let course = zip(&[("__MACOSX/c/._README.md", b"?"), ("c/1-a/1-b/README.md", b"# A"), ("c/.DS_Store", b"?")]);
        let files = of_archive(&course).expect("files");
        assert_eq!(files.tree.keys().collect::<Vec<_>>(), [".DS_Store", "1-a/1-b/README.md", "__MACOSX/c/._README.md"]);
    }

    #[test]
    fn links_are_left_out_and_told() {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("c/1-a/README.md", zip::write::SimpleFileOptions::default()).expect("an entry");
        writer.add_symlink("c/1-a/out", "/etc/passwd", zip::write::SimpleFileOptions::default()).expect("a link");
        let zip = of_archive(&writer.finish().expect("an archive").into_inner()).expect("files");
        let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        let mut header = tar::Header::new_gnu();
        header.set_size(3);
        header.set_mode(0o644);
        builder.append_data(&mut header, "c/1-a/README.md", &b"# A"[..]).expect("a file");
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_size(0);
        builder.append_link(&mut header, "c/1-a/out", "/etc/passwd").expect("a link");
        let tar = builder.into_inner().and_then(flate2::write::GzEncoder::finish).expect("an archive");
        let tar = of_archive(&tar).expect("files");
        let folder = std::env::temp_dir().join(format!("sanggar-links-{}", std::process::id()));
        std::fs::create_dir_all(folder.join("1-a")).expect("a folder");
        std::fs::write(folder.join("1-a/README.md"), "# A").expect("a file");
        let _ = std::fs::remove_file(folder.join("1-a/out"));
        std::os::unix::fs::symlink("/etc/passwd", folder.join("1-a/out")).expect("a link");
        let disk = of_folder(&folder, |_| {}).expect("files");
        std::fs::remove_dir_all(&folder).expect("removed");
        for files in [zip, tar, disk] {
            assert_eq!(files.tree.keys().collect::<Vec<_>>(), ["1-a/README.md"]);
            let told = files.left_out.told();
            assert_eq!(told.iter().map(|problem| problem.path.as_str()).collect::<Vec<_>>(), ["1-a/out"]);
        }
    }

    #[test]
    fn what_is_there_twice_is_told() {
        let mut builder = tar::Builder::new(flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast()));
        for text in [&b"# A"[..], b"# B"] {
            let mut header = tar::Header::new_gnu();
            header.set_size(3);
            builder.append_data(&mut header, "1-a/1-b/README.md", text).expect("a file");
        }
        let tar = builder.into_inner().and_then(flate2::write::GzEncoder::finish).expect("an archive");
        let files = of_archive(&tar).expect("files");
        assert_eq!(files.tree["1-a/1-b/README.md"], b"# B");
        assert_eq!(files.left_out.count(), 1);
        // What is written of a zip archive: its writer makes no two files of one name.
        let zip = zip(&[("1-a/1-b/README.md", b"# A"), ("1-a/1-b/READYE.md", b"# B")]);
        let at: Vec<_> =
            zip.windows(9).enumerate().filter(|(_, name)| *name == b"READYE.md").map(|(at, _)| at).collect();
        let mut twice = zip.clone();
        for at in at {
            twice[at..at + 9].copy_from_slice(b"README.md");
        }
        let problem = of_archive(&twice).expect_err("refused");
        assert!(problem.message.en.contains("twice"), "{problem:?}");
    }

    #[test]
    fn hostile_archives_are_refused() {
        for archive in [
            zip(&[("../out", b"x")]),
            zip(&[("/etc/passwd", b"x")]),
            b"PK nonsense".to_vec(),
            b"text".to_vec(),
            vec![0x1f, 0x8b, 1],
        ] {
            assert!(of_archive(&archive).is_err());
        }
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let noughts = vec![0; 100 << 20];
        let bomb = zip(&[("a", &noughts), ("b", &noughts), ("c", &noughts)]);
        assert!(bomb.len() < 1 << 20, "a few kilobytes of archive");
        assert!(of_archive(&bomb).is_err());
    }
}
