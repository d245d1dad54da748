import pytest

from stylecore.cli.variadic import spread

FLAGS = {"--styles", "-s"}


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("a b", "a b"),
        ("a --styles b c --output d", "a --styles b --styles c --output d"),
        ("--styles b --styles c d", "--styles b --styles c --styles d"),
        ("-s b c -o d", "-s b -s c -o d"),
        ("a --styles=b c", "a --styles=b c"),
        ("--styles - b", "--styles - --styles b"),
        ("a --styles", "a --styles"),
        ("--styles --output d", "--styles --output d"),
        ("--output d --styles b c", "--output d --styles b --styles c"),
        ("--styles b -- c d", "--styles b -- c d"),
        ("--quiet a --styles b", "--quiet a --styles b"),
    ],
)
def test_an_option_takes_all_words_up_to_the_next(words, found):
    assert spread(words.split(), FLAGS) == found.split()
