"""What the operator has for companies, and which of it a sentence names."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from care.datafiles import read_records


@dataclass(frozen=True, slots=True)
class Product:
    """One thing for companies; ``counts`` is what is counted when it is asked how much is needed."""

    id: str
    name: str
    words: tuple[str, ...]
    counts: str


class Products:
    """All products in the order of the file."""

    def __init__(self, products: Sequence[Product]) -> None:
        self._products = {product.id: product for product in products}

    def all(self) -> tuple[Product, ...]:
        """Every product."""
        return tuple(self._products.values())

    def find(self, product_id: str) -> Product | None:
        """The product with this id."""
        return self._products.get(product_id)

    def named_in(self, text: str) -> Product | None:
        """The product whose longest word stands in ``text``; None where none does."""
        folded = "".join(text.split()).upper()
        found = [
            (len(word), product)
            for product in self._products.values()
            for word in (product.name, *product.words)
            if word.upper() in folded
        ]
        return max(found, key=lambda hit: hit[0])[1] if found else None


def load_products(path: Path) -> Products:
    """Read the file. Raises ``DataFileError`` naming the product that makes no sense."""
    products = []
    seen: set[str] = set()
    for record in read_records(path, "enterprise"):
        record.only(("id", "name", "words", "counts"))
        product = Product(
            id=record.text("id"),
            name=record.text("name"),
            words=tuple(record.texts("words")),
            counts=record.text("counts"),
        )
        if product.id in seen:
            raise record.error("this id is taken by an earlier product")
        if not product.words:
            raise record.error("needs at least one word")
        seen.add(product.id)
        products.append(product)
    return Products(products)
