"""A small text with topics, and what the theory says of it, computed the long way."""

from pathlib import Path

import numpy as np


def draw_articles(n_articles=60, n_words=120, vocabulary=40, n_topics=5, seed=0) -> list[list[str]]:
    """Articles of one topic each; word k has Zipf's frequency and belongs to topic k mod n_topics."""
    rng = np.random.default_rng(seed)
    base, topics = 1 / np.arange(1, vocabulary + 1), np.arange(vocabulary) % n_topics
    articles = []
    for n in range(n_articles):
        p = base * np.where(topics == n % n_topics, 6.0, 1.0)
        articles.append([name_word(k) for k in rng.choice(vocabulary, n_words, p=p / p.sum())])
    return articles


def name_word(k: int) -> str:
    """Letters alone, as readers of text want them; in the order of k."""
    return "w" + chr(ord("a") + k // 26) + chr(ord("a") + k % 26)


def find_ids(articles: list[list[str]]) -> list[np.ndarray]:
    """k of each word of each article."""
    return [np.array([26 * (ord(w[1]) - 97) + ord(w[2]) - 97 for w in a]) for a in articles]


def write_text(path: Path, articles: list[list[str]]) -> Path:
    """Articles with a blank line between them."""
    path.write_text("\n\n".join(" ".join(a) for a in articles) + "\n", "utf-8")
    return path


def count_pairs(articles: list[np.ndarray], vocabulary: int, weights: np.ndarray) -> np.ndarray:
    """Weighted counts over pairs of places, symmetric."""
    counts = np.zeros((vocabulary, vocabulary), np.int64)
    for ids in articles:
        for j, weight in enumerate(weights, 1):
            np.add.at(counts, (ids[:-j], ids[j:]), weight)
    return counts + counts.T


def make_counts(vocabulary=40, seed=0) -> np.ndarray:
    """Counts of `draw_articles` with a window of 4, linear weights."""
    articles = draw_articles(vocabulary=vocabulary, seed=seed)
    return count_pairs(find_ids(articles), vocabulary, np.array([4, 3, 2, 1]))


def make_target(counts: np.ndarray) -> np.ndarray:
    """M*, equation by equation."""
    p2 = counts / counts.sum()
    independent = np.outer(p2.sum(1), p2.sum(1))
    return 2 * (p2 - independent) / (p2 + independent)


def solve(target: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Eigenpairs, largest first."""
    values, vectors = np.linalg.eigh(target)
    return values[::-1].copy(), vectors[:, ::-1].copy()


def grow(start: np.ndarray, values: np.ndarray, time: np.ndarray) -> np.ndarray:
    """s_k²(t) of Lemma 3.1, (T, K)."""
    decay = np.exp(-values * time[:, None])
    return start * values / (values * decay + start * (1 - decay))
