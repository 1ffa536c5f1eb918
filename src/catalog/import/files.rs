//! The files of a course: of a folder, or of an archive, which may be hostile.

use std::{
    collections::BTreeMap,
    io::{Cursor, Read},
    path::{Component, Path},
};

use super::{Problem, ProblemSeverity};

/// Files by their path from the root, with `/` between its parts.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Files of an archive at most.
const MOST_FILES: usize = 20_000;
/// Bytes at most, unpacked: an archive of a few kilobytes can unpack to all the memory there is.
const MOST_BYTES: u64 = 256 << 20;

fn refused(path: &str, message: impl Into<String>) -> Problem {
    Problem::new(path, None, ProblemSeverity::Error, message)
}

/// The files of a folder.
///
/// # Errors
/// Where it can't be read, or is too large.
pub fn of_folder(root: &Path) -> Result<Files, Problem> {
    fn walk(root: &Path, folder: &Path, files: &mut Files, bytes: &mut u64) -> Result<(), Problem> {
        let shown = |path: &Path| path.strip_prefix(root).unwrap_or(path).display().to_string();
        let entries = std::fs::read_dir(folder).map_err(|error| refused(&shown(folder), error.to_string()))?;
        for entry in entries {
            let entry = entry.map_err(|error| refused(&shown(folder), error.to_string()))?;
            let path = entry.path();
            let kind = entry.file_type().map_err(|error| refused(&shown(&path), error.to_string()))?;
            // A link may lead out of the folder.
            if kind.is_symlink() || entry.file_name() == ".git" {
                continue;
            }
            if kind.is_dir() {
                walk(root, &path, files, bytes)?;
                continue;
            }
            let content = std::fs::read(&path).map_err(|error| refused(&shown(&path), error.to_string()))?;
            add(files, bytes, shown(&path), content)?;
        }
        Ok(())
    }
    if !root.is_dir() {
        return Err(refused(&root.display().to_string(), "There is no such folder."));
    }
    let mut files = Files::new();
    walk(root, root, &mut files, &mut 0)?;
    Ok(files)
}

fn add(files: &mut Files, bytes: &mut u64, path: String, content: Vec<u8>) -> Result<(), Problem> {
    *bytes += content.len() as u64;
    if *bytes > MOST_BYTES || files.len() >= MOST_FILES {
        return Err(refused(&path, format!("More than {MOST_FILES} files or {MOST_BYTES} bytes.")));
    }
    files.insert(path, content);
    Ok(())
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
        return Err(refused("", "The upload is no .zip and no .tar.gz."));
    };
    Ok(without_wrapper(files))
}

fn of_zip(bytes: &[u8]) -> Result<Files, Problem> {
    let broken = |error: zip::result::ZipError| refused("", format!("The archive is broken: {error}"));
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).map_err(broken)?;
    let mut files = Files::new();
    let mut total = 0;
    for index in 0..archive.len() {
        let entry = archive.by_index(index).map_err(broken)?;
        if entry.is_dir() {
            continue;
        }
        let name = entry.name().map_err(broken)?.into_owned();
        let path = inside(Path::new(&name))?;
        let content = limited(entry, &path, MOST_BYTES - total.min(MOST_BYTES))?;
        add(&mut files, &mut total, path, content)?;
    }
    Ok(files)
}

fn of_tar(bytes: &[u8]) -> Result<Files, Problem> {
    let broken = |error: std::io::Error| refused("", format!("The archive is broken: {error}"));
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(bytes).take(MOST_BYTES * 2));
    let mut files = Files::new();
    let mut total = 0;
    for entry in archive.entries().map_err(broken)? {
        let entry = entry.map_err(broken)?;
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let path = inside(&entry.path().map_err(broken)?)?;
        let content = limited(entry, &path, MOST_BYTES - total.min(MOST_BYTES))?;
        add(&mut files, &mut total, path, content)?;
    }
    Ok(files)
}

fn limited(reader: impl Read, path: &str, most: u64) -> Result<Vec<u8>, Problem> {
    let mut content = Vec::new();
    reader.take(most + 1).read_to_end(&mut content).map_err(|error| refused(path, error.to_string()))?;
    if content.len() as u64 > most {
        return Err(refused(path, format!("Unpacks to more than {MOST_BYTES} bytes.")));
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
            _ => return Err(refused("", "A path that leads out of the archive, or is none.")),
        }
    }
    Ok(parts.join("/"))
}

/// An archive often holds one folder that holds everything.
fn without_wrapper(files: Files) -> Files {
    let first = files.keys().next().and_then(|path| path.split_once('/')).map(|(first, _)| format!("{first}/"));
    match first {
        Some(first) if files.keys().all(|path| path.starts_with(&first)) => {
            files.into_iter().map(|(path, content)| (path[first.len()..].to_owned(), content)).collect()
        }
        _ => files,
    }
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
        let files = of_archive(&zip(&[("course/1-a/README.md", b"# A"), ("course/README.md", b"# C")])).expect("files");
        assert_eq!(files.keys().collect::<Vec<_>>(), ["1-a/README.md", "README.md"]);
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
