import gzip
import tracemalloc
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

import submission_request
from bitbucket_integration.errors import InvalidRequestError
from submission_request import BodyTooLargeError, Target, unpacked

COMMIT = "046d9a3c1532acf4cf08fe93235c00e4d673c1d2"
LINES = b'{"status": "success"}\n' * 20
PACKED = gzip.compress(LINES, mtime=0)


def zeros(count: int) -> bytes:
    """So many zeros, packed."""
    packer = zlib.compressobj(9, wbits=zlib.MAX_WBITS | 16)
    block = bytes(1024 * 1024)
    parts = [packer.compress(block) for _ in range(count // len(block))]
    return b"".join([*parts, packer.compress(bytes(count % len(block))), packer.flush()])


class TestTarget:
    @pytest.mark.parametrize(
        ("query", "commit", "pull_request"),
        [
            ({"commit": COMMIT}, COMMIT, None),
            ({"commit": f" {COMMIT.upper()}\n"}, COMMIT, None),
            ({"pull_request": "42"}, None, 42),
            ({"pull_request": " 42 "}, None, 42),
            ({"pull_request": "042"}, None, 42),
            ({"pull_request": "1"}, None, 1),
            ({"pull_request": "9" * 15}, None, 10**15 - 1),
            ({"commit": COMMIT, "pull_request": "7", "format": "x"}, COMMIT, 7),
        ],
    )
    def test_results_are_about_a_commit_or_a_pull_request_or_both(
        self, query: dict[str, str], commit: str | None, pull_request: int | None
    ) -> None:
        assert Target.from_query(query) == Target(commit, pull_request)

    def test_an_empty_pull_request_beside_a_commit_is_none(self) -> None:
        assert Target.from_query({"commit": COMMIT, "pull_request": ""}) == Target(COMMIT, None)

    @pytest.mark.parametrize(
        "query", [{}, {"format": "data-diff"}, {"Commit": COMMIT}, {"pull_request": ""}]
    )
    def test_results_must_be_about_something(self, query: dict[str, str]) -> None:
        with pytest.raises(InvalidRequestError, match=r"\?commit=.*\?pull_request=") as caught:
            Target.from_query(query)
        assert caught.value.field == "commit"

    @pytest.mark.parametrize(
        "commit",
        ["", " ", COMMIT[:12], COMMIT[:39], COMMIT + "0", "g" * 40, "HEAD", f"{COMMIT}\n{COMMIT}"],
    )
    def test_a_commit_is_named_in_full(self, commit: str) -> None:
        with pytest.raises(InvalidRequestError, match="40 hexadecimal") as caught:
            Target.from_query({"commit": commit, "pull_request": "7"})
        assert caught.value.field == "commit"

    @pytest.mark.parametrize(
        "number",
        [
            *(" ", "0", "000", "-1", "+1", "1.0", "1e3", "0x1", "1_000", "#42", "4 2", "٤٢"),
            *("²", "9" * 16, "9" * 5000),
        ],
    )
    def test_a_pull_request_is_named_by_its_number(self, number: str) -> None:
        with pytest.raises(InvalidRequestError, match="number") as caught:
            Target.from_query({"commit": COMMIT, "pull_request": number})
        assert caught.value.field == "pull_request"

    @given(
        st.dictionaries(
            st.sampled_from(["commit", "pull_request", "format"]),
            st.text() | st.text("0123456789abcdef", min_size=39, max_size=41) | st.just(COMMIT),
        )
    )
    def test_every_query_is_a_target_or_invalid(self, query: dict[str, str]) -> None:
        try:
            target = Target.from_query(query)
        except InvalidRequestError as error:
            assert error.field in {"commit", "pull_request"}  # noqa: PT017 either is right
        else:
            assert target.commit is not None or target.pull_request_id is not None


class TestPlainBodies:
    @pytest.mark.parametrize(
        "body", [b"", b"\x1f", b"\x8b\x1f", LINES, b"\xff" * 10, zlib.compress(LINES)], ids=repr
    )
    def test_what_does_not_begin_as_gzip_stays_as_it_is(self, body: bytes) -> None:
        assert unpacked(body) == body

    def test_a_body_may_have_4_megabytes(self) -> None:
        body = bytes(4 * 1024 * 1024)
        assert unpacked(body) is body

    @pytest.mark.parametrize("beginning", [b"\x00", b"\x1f\x8b"], ids=["plain", "gzip"])
    def test_a_body_may_not_have_a_byte_more(self, beginning: bytes) -> None:
        with pytest.raises(BodyTooLargeError, match="4,194,305 bytes of at most 4,194,304"):
            unpacked(beginning.ljust(4 * 1024 * 1024 + 1, b"\x00"))


class TestGzip:
    @given(st.binary(max_size=300), st.integers(0, 9))
    def test_a_packed_body_is_what_was_packed(self, body: bytes, level: int) -> None:
        assert unpacked(gzip.compress(body, level)) == body

    def test_a_file_name_in_the_header_does_no_harm(self) -> None:
        header = PACKED[:3] + b"\x08" + PACKED[4:10] + b"diffs.jsonl\x00"
        assert unpacked(header + PACKED[10:]) == LINES

    @pytest.mark.parametrize("length", range(2, len(PACKED)))
    def test_a_stream_that_ends_too_early_is_refused(self, length: int) -> None:
        with pytest.raises(InvalidRequestError, match="ends too early") as caught:
            unpacked(PACKED[:length])
        assert caught.value.field == "body"

    @pytest.mark.parametrize(
        "body",
        [
            PACKED[:-5] + bytes([PACKED[-5] ^ 1]) + PACKED[-4:],
            PACKED[:-1] + bytes([PACKED[-1] ^ 1]),
            PACKED[:12] + b"\xff\xff\xff" + PACKED[15:],
            b"\x1f\x8b\x07" + PACKED[3:],
            b"\x1f\x8b not gzip",
        ],
        ids=["checksum", "length", "data", "method", "text"],
    )
    def test_a_damaged_stream_is_refused(self, body: bytes) -> None:
        with pytest.raises(InvalidRequestError, match="not a valid gzip stream"):
            unpacked(body)

    @pytest.mark.parametrize("more", [PACKED, b"\x00", b"\n"], ids=["a stream", "padding", "text"])
    def test_more_than_one_stream_is_refused(self, more: bytes) -> None:
        with pytest.raises(InvalidRequestError, match="send one stream"):
            unpacked(PACKED + more)

    @given(st.integers(0, len(PACKED) - 1), st.integers(0, 255))
    def test_every_damage_is_refused_or_harmless(self, place: int, byte: int) -> None:
        body = PACKED[:place] + bytes([byte]) + PACKED[place + 1 :]
        try:
            text = unpacked(body)
        except InvalidRequestError as error:
            assert error.field == "body"  # noqa: PT017 either is right
        else:
            assert text in {LINES, body}


class TestBombs:
    def test_50_megabytes_may_come_out(self) -> None:
        assert len(unpacked(zeros(50 * 1024 * 1024))) == 50 * 1024 * 1024

    def test_not_a_byte_more_may_come_out(self) -> None:
        with pytest.raises(BodyTooLargeError, match="more than 52,428,800 bytes"):
            unpacked(zeros(50 * 1024 * 1024 + 1))

    @pytest.mark.parametrize("rest", [b"", b"x"], ids=["alone", "with more after it"])
    def test_a_bomb_takes_no_more_memory_than_the_limit(
        self, monkeypatch: pytest.MonkeyPatch, rest: bytes
    ) -> None:
        monkeypatch.setattr(submission_request, "MOST_UNPACKED_BYTES", 1024 * 1024)
        bomb = zeros(64 * 1024 * 1024) + rest
        tracemalloc.start()
        try:
            with pytest.raises(BodyTooLargeError):
                unpacked(bomb)
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert peak < 4 * 1024 * 1024
