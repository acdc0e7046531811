"""The network beside the linear machines."""

from pathlib import Path

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from bot.nlu.network import Network

# What no linear machine can tell: whether exactly one of two n-grams is there.
GRAMS = np.array([[0, 0, 1], [1, 1, 1], [1, 0, 1], [0, 1, 1]] * 20, dtype=np.float32)
PLACES = np.array([0, 0, 1, 1] * 20)
NO_VECTORS = np.empty((len(PLACES), 0), np.float32)


@pytest.fixture(scope="module")
def network() -> Network:
    return Network.fit(csr_matrix(GRAMS), NO_VECTORS, PLACES, units=32)


def test_it_learns_what_two_ngrams_mean_together(network: Network) -> None:
    scores = network.scores_of_many(csr_matrix(GRAMS), NO_VECTORS)
    assert (scores.argmax(axis=1) == PLACES).all()


def test_one_message_is_scored_as_among_many(network: Network) -> None:
    of_many = network.scores_of_many(csr_matrix(GRAMS[:4]), NO_VECTORS[:4])
    for message, wanted in zip(GRAMS, of_many, strict=False):
        places = np.flatnonzero(message)
        got = network.scores(places, message[places], np.empty(0, np.float32))
        assert got == pytest.approx(wanted, abs=1e-3)


def test_it_learns_from_vectors_and_from_messages_without_a_known_ngram() -> None:
    rng = np.random.default_rng(1)
    places = np.array([0, 1] * 40)
    vectors = rng.normal(size=(80, 4)).astype(np.float32) * 0.1
    vectors[:, 0] += places * 2 - 1
    network = Network.fit(csr_matrix((80, 5), dtype=np.float32), vectors, places, units=8)
    none = np.empty(0, np.int32), np.empty(0, np.float32)
    for sign, place in ((-1, 0), (1, 1)):
        assert network.scores(*none, np.array([sign, 0, 0, 0], np.float32)).argmax() == place


def test_the_same_messages_make_the_same_network(network: Network) -> None:
    again = Network.fit(csr_matrix(GRAMS), NO_VECTORS, PLACES, units=32)
    assert np.array_equal(again.rows, network.rows)
    assert np.array_equal(again.second, network.second)


def test_it_is_kept_as_plain_arrays(network: Network, tmp_path: Path) -> None:
    assert Network.restore(tmp_path) is None
    network.times(0.5).save(tmp_path)
    restored = Network.restore(tmp_path)
    assert restored is not None
    places, values = np.array([0, 2]), np.ones(2, np.float32)
    nothing = np.empty(0, np.float32)
    assert restored.scores(places, values, nothing) == pytest.approx(
        network.scores(places, values, nothing) / 2
    )
