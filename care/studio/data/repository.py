"""The data repository: a git repository whose files are the truth. What is published is one commit.

dulwich reads and writes it, so that no git command is needed. A commit is made of the last commit's files, never of
what lies uncommitted on the disk; where somebody's editor changed a file that is published, the change is made in
that file, too, and what was written by hand stays uncommitted.
"""

import contextlib
import difflib
import fcntl
import hashlib
import os
import stat
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import structlog
from dulwich.errors import NotGitRepository
from dulwich.index import index_entry_from_stat
from dulwich.object_store import commit_tree_changes, iter_tree_contents
from dulwich.objects import Blob, Commit
from dulwich.repo import Repo

from care.errors import Conflict, NotFound, Unavailable
from care.studio.data.files import Files, is_data, read_folder
from care.studio.data.refusals import EditRefused

log = structlog.get_logger()

MAIL_HOST = "studio.invalid"
"""No mail reaches it; the name before it is the log-in's id."""
_LOCK = "xiaoxun-studio.lock"
_FILE = 0o100644

type Work = Callable[[Files], None]
"""Makes the changes of a publication in files; raises ``EditRefused``."""


class NothingToPublish(Conflict):
    """The changes leave the files as they are."""

    code, message = "nothing_to_publish", "没有需要发布的修改。"


class HandEdited(Conflict):
    """A file was changed by hand, and the change does not fit both; ``files`` names it."""

    code = "hand_edited"
    message = "有文件正被人在编辑器里修改，两边的修改对不上。请先提交或撤回那边的修改。"


class PreviewStale(Conflict):
    """The data have changed since the diff was looked at."""

    code, message = "preview_stale", "数据已有新的变化，请重新查看差异后再发布。"


class RepositoryBusy(Unavailable):
    """A merge or rebase is under way in the repository, or it has no commit."""

    code, message = "repository_busy", "数据仓库正在合并或变基，完成后再发布。"


class UnknownCommit(NotFound):
    """The repository has no such commit."""

    code, message = "unknown_commit", "数据仓库里没有这个版本。"


@dataclass(frozen=True)
class Preview:
    """What a publication would change: the commit it is based on, a digest of the change, a diff by file.

    ``by_hand`` are files among them that are changed, but not committed, on the disk.
    """

    base: str
    digest: str
    diffs: dict[str, str]
    by_hand: list[str]
    before: dict[str, str]
    after: dict[str, str]


@dataclass(frozen=True)
class DataRepository:
    """The repository that holds ``folder`` (``domain.yml`` and ``data/``).

    Where the folder is in no repository, one is made in ``fallback`` from its files, and used from then on.
    """

    folder: Path
    fallback: Path

    @property
    def root(self) -> Path:
        """The folder that holds ``domain.yml`` and ``data/``."""
        return self._folder()

    def prepare(self) -> None:
        """Make the repository of one's own where the folder is in none; afterwards ``root`` does not change."""
        if not _in_repository(self.folder) and not (self.fallback / ".git").exists():
            _begin(self.fallback, read_folder(self.folder))

    def texts(self) -> dict[str, str]:
        """The files as they stand on the disk, hand edits included. Raises ``OSError``."""
        return read_folder(self._folder())

    def texts_at(self, commit: str) -> dict[str, str]:
        """The files as they were published. Raises ``UnknownCommit``."""
        with self._repository() as (repo, prefix):
            try:
                return _committed(repo, commit.encode(), prefix)
            except (KeyError, ValueError, AssertionError) as error:
                raise UnknownCommit() from error

    def fingerprint(self) -> str:
        """Changes whenever a file of the data does."""
        root = self._folder()
        marks = hashlib.sha256()
        for folder in (root / "data", root / "domain"):
            for file in sorted(folder.rglob("*.yml")):
                marks.update(f"{file}:{_mark(file)};".encode())
        for file in (root / "domain.yml",):
            marks.update(f"{file}:{_mark(file)};".encode())
        return marks.hexdigest()

    def preview(self, work: Work) -> Preview:
        """What ``work`` would change in the last commit's files. Raises ``EditRefused``, ``NothingToPublish``."""
        with self._repository() as (repo, prefix):
            head = repo.head()
            committed = _committed(repo, head, prefix)
        return self._preview(head.decode(), committed, work)

    def publish(
        self, work: Work, digest: str, message: str, author: str, author_id: str, now: datetime
    ) -> tuple[str, Preview]:
        """Make the commit; gives its id. ``digest`` is that of the preview which was looked at.

        Raises ``PreviewStale``, ``HandEdited``, ``RepositoryBusy`` and what ``preview`` does; then nothing has changed.
        """
        with self._repository() as (repo, prefix), self._locked(repo):
            _require_quiet(repo)
            head = repo.head()
            committed = _committed(repo, head, prefix)
            preview = self._preview(head.decode(), committed, work)
            if preview.digest != digest:
                raise PreviewStale()
            _require_unstaged(repo, prefix, preview, committed)
            written = self._merged(preview, committed, work)
            commit = _commit(repo, head, prefix, preview.after, message, author, author_id, now)
            self._write_back(written, work)
            _update_index(repo, prefix, self._folder(), preview.after)
        log.info("studio.published", commit=commit[:12], files=len(preview.diffs))
        return commit, preview

    def commit_with(self, line: str, back: int = 200) -> str | None:
        """The newest commit, of the last so many, whose message has this line."""
        with self._repository() as (repo, _):
            for entry in repo.get_walker(max_entries=back):
                if line.encode() in entry.commit.message.splitlines():
                    return entry.commit.id.decode()
        return None

    def _preview(self, base: str, committed: Mapping[str, str], work: Work) -> Preview:
        files = Files(committed)
        work(files)
        changed = files.changed()
        if not changed:
            raise NothingToPublish()
        disk = self.texts()
        diffs = {
            path: diff_of(path, committed.get(path), text) for path, text in sorted(changed.items())
        }
        digest = hashlib.sha256(repr((base, sorted(changed.items()))).encode()).hexdigest()
        by_hand = [path for path in sorted(changed) if disk.get(path) != committed.get(path)]
        return Preview(base, digest, diffs, by_hand, dict(committed), changed)

    def _merged(
        self, preview: Preview, committed: Mapping[str, str], work: Work
    ) -> dict[str, tuple[str | None, str]]:
        """For each file what stands on the disk and what is to stand there."""
        disk = self.texts()
        by_hand = [path for path in preview.after if disk.get(path) != committed.get(path)]
        merged = dict(preview.after)
        if by_hand:
            files = Files(disk)
            try:
                work(files)
            except EditRefused as error:
                raise HandEdited(files=by_hand) from error
            merged.update({path: files[path] for path in by_hand if path in files})
        return {path: (disk.get(path), text) for path, text in merged.items()}

    def _write_back(self, written: dict[str, tuple[str | None, str]], work: Work) -> None:
        """Put the new texts on the disk; an editor that saved this very moment is not overwritten."""
        for path, (expected, text) in written.items():
            file = self._folder() / path
            present = file.read_text(encoding="utf-8") if file.is_file() else None
            if present != expected and present is not None:
                files = Files({**self.texts(), path: present})
                try:
                    work(files)
                    text = files[path]
                except EditRefused:
                    log.warning("studio.file_left", file=path)
                    continue
            file.parent.mkdir(parents=True, exist_ok=True)
            aside = file.with_name(f".{file.name}.{os.getpid()}.new")
            aside.write_text(text, encoding="utf-8", newline="")
            if file.exists():
                aside.chmod(stat.S_IMODE(file.stat().st_mode))
            aside.replace(file)

    def _folder(self) -> Path:
        if (self.fallback / ".git").exists() and not _in_repository(self.folder):
            return self.fallback
        return self.folder

    @contextmanager
    def _repository(self) -> Iterator[tuple[Repo, str]]:
        """The open repository, and where in it the data folder is (``""``, or with a slash behind)."""
        self.prepare()
        folder = self._folder()
        repo = Repo.discover(folder)
        try:
            below = folder.relative_to(Path(repo.path).resolve()).as_posix()
            try:
                repo.head()
            except KeyError as error:
                raise RepositoryBusy("数据仓库还没有任何提交。") from error
            yield repo, "" if below == "." else f"{below}/"
        finally:
            repo.close()

    @contextmanager
    def _locked(self, repo: Repo) -> Iterator[None]:
        """One publication at a time, whatever the process."""
        with open(Path(repo.controldir()) / _LOCK, "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def diff_of(path: str, before: str | None, after: str) -> str:
    """A unified diff of one file, as git shows it."""
    lines = difflib.unified_diff(
        (before or "").splitlines(keepends=True),
        after.splitlines(keepends=True),
        "/dev/null" if before is None else f"a/{path}",
        f"b/{path}",
    )
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _in_repository(folder: Path) -> bool:
    try:
        Repo.discover(folder).close()
    except NotGitRepository:
        return False
    return True


def _begin(folder: Path, texts: Mapping[str, str]) -> None:
    """A repository with these texts as its first commit; of two processes that make it, the first one's stays."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent) as aside:
        made = Path(aside) / folder.name
        for path, text in texts.items():
            file = made / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8", newline="")
        repo = Repo.init(str(made), default_branch=b"main")
        try:
            repo.get_worktree().stage([path.encode() for path in texts])
            who = f"Xiaoxun Studio <studio@{MAIL_HOST}>".encode()
            repo.get_worktree().commit(message=b"data: As delivered.", author=who, committer=who)
        finally:
            repo.close()
        with contextlib.suppress(OSError):  # somebody was faster
            made.rename(folder)


def _committed(repo: Repo, head: bytes, prefix: str) -> dict[str, str]:
    commit = repo[head]
    assert isinstance(commit, Commit)
    texts = {}
    for entry in iter_tree_contents(repo.object_store, commit.tree):
        path = (entry.path or b"").decode("utf-8", "replace")
        if path.startswith(prefix) and is_data(path[len(prefix) :]):
            blob = repo.object_store[entry.sha]
            assert isinstance(blob, Blob)
            texts[path[len(prefix) :]] = blob.data.decode("utf-8")
    return texts


def _require_quiet(repo: Repo) -> None:
    control = Path(repo.controldir())
    under_way = ("MERGE_HEAD", "rebase-merge", "rebase-apply", "CHERRY_PICK_HEAD", "index.lock")
    if any((control / name).exists() for name in under_way):
        raise RepositoryBusy()


def _require_unstaged(
    repo: Repo, prefix: str, preview: Preview, committed: Mapping[str, str]
) -> None:
    """What somebody has staged in a file that is published would be lost from the index."""
    index = repo.open_index()
    staged = []
    for path in preview.after:
        name = f"{prefix}{path}".encode()
        was = Blob.from_string(committed[path].encode()).id if path in committed else None
        entry = index[name] if name in index else None  # noqa: SIM401 - an index is no dict
        if (getattr(entry, "sha", None)) != was:
            staged.append(path)
    if staged:
        raise HandEdited(files=staged)


def _commit(
    repo: Repo,
    head: bytes,
    prefix: str,
    texts: Mapping[str, str],
    message: str,
    author: str,
    author_id: str,
    now: datetime,
) -> str:
    store = repo.object_store
    changes = []
    for path, text in texts.items():
        blob = Blob.from_string(text.encode())
        store.add_object(blob)
        changes.append((f"{prefix}{path}".encode(), _FILE, blob.id))
    former = repo[head]
    assert isinstance(former, Commit)
    commit = Commit()
    commit.tree = commit_tree_changes(store, former.tree, changes)
    commit.parents = [head]  # type: ignore[list-item]
    who = (
        "".join(one for one in author if one.isprintable() and one not in "<>").strip() or "trainer"
    )
    commit.author = f"{who} <{author_id}@{MAIL_HOST}>".encode()
    commit.committer = f"Xiaoxun Studio <studio@{MAIL_HOST}>".encode()
    commit.author_time = commit.commit_time = int(now.timestamp())
    commit.author_timezone = commit.commit_timezone = 0
    commit.encoding = b"UTF-8"
    commit.message = message.encode()
    store.add_object(commit)
    if not repo.refs.set_if_equals(b"HEAD", head, commit.id, message=b"studio: publish"):  # type: ignore[arg-type]
        raise PreviewStale()
    return commit.id.decode()


def _update_index(repo: Repo, prefix: str, folder: Path, texts: Mapping[str, str]) -> None:
    """The index knows the new blobs, so that only what was written by hand shows as changed."""
    index = repo.open_index()
    for path, text in texts.items():
        sha = Blob.from_string(text.encode()).id
        entry = index_entry_from_stat((folder / path).stat(), sha, mode=_FILE)
        # As git does with what may have changed in the same second: size 0 makes it look at the content.
        entry.size = 0
        index[f"{prefix}{path}".encode()] = entry
    index.write()


def _mark(file: Path) -> str:
    try:
        seen = file.stat()
    except OSError:
        return "-"
    return f"{seen.st_mtime_ns}:{seen.st_size}:{seen.st_ino}"
