"""Where the training data stand: the repository that the settings name, and what customers are answered from."""

from pathlib import Path

from care.settings import Settings
from care.studio.data.repository import DataRepository


def repository_of(settings: Settings) -> DataRepository:
    """The data repository that the settings name; one in ``var`` where they name a folder that is in none."""
    return DataRepository(settings.data_root.resolve(), settings.var_dir / "data-repository")


def faq_folder(settings: Settings) -> Path:
    """The knowledge base that customers are answered from: as it is published."""
    repository = repository_of(settings)
    repository.prepare()
    root = repository.root
    delivered = settings.data_dir / "faq"
    return delivered if root == settings.data_dir.parent.resolve() else root / "data" / "faq"
