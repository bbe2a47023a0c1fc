"""The bytes of one mail as they follow DATA, found and checked in chunks; knows no socket.

Only <CRLF>.<CRLF> ends a mail (RFC 5321, 4.1.1.4). A CR or LF that stands alone could make the next server see another
end than we do, so such a mail is refused. What is kept is bounded at every moment, whatever a client sends.
"""

from __future__ import annotations

from io import IncrementalNewlineDecoder

from mailflow.edges.limits import Budget

END = b"\r\n.\r\n"
MAX_LINE = 65_536  # RFC 5321, 4.5.3.1.6 asks for 1,000; real mail has longer ones

TOO_BIG = "552 5.3.4 Mail is over the size limit"
TOO_LONG_LINE = "554 5.6.0 Line is too long"
BARE_LINE_END = "550 5.6.11 Lines must end in CRLF; found a CR or LF alone"
NO_ROOM = "452 4.3.1 Too much mail is being received; try again later"
NO_SPACE = "452 4.3.1 Too little disk space is left; try again later"


class Content:
    """Feed chunks until `ended`; then `rest` is what the client sent behind the mail."""

    def __init__(self, size_limit: int, budget: Budget) -> None:
        self.refusal = ""  # the reply to a mail that must not be taken
        self.ended = False
        self.rest = b""
        self.arrived = 0  # bytes, stuffing and refused ones included
        self._size_limit = size_limit
        self._budget = budget
        self._kept: list[bytes] = []
        self._size = 0
        # What is not judged yet starts with the line end before it; that before the first line belongs to DATA.
        self._open = b"\r\n"

    @property
    def buffered(self) -> int:
        """Bytes in memory."""
        return self._size + len(self._open)

    def feed(self, chunk: bytes) -> None:
        self.arrived += len(chunk)
        window = self._open + chunk
        # The end, or a dot that was stuffed: most chunks have neither, and base64 no dot at all, which is told far sooner.
        dot = window.find(b"\r\n.") if b"." in window else -1
        end = window.find(END, dot) if dot >= 0 else -1
        if end >= 0:
            self.ended = True
            self.rest = window[end + len(END) :]
            self._open = b""
            self._take(window[:end], stuffed=dot < end)
        elif self.refusal:
            self._open = window[-len(END) + 1 :]
        else:
            cut = window.rfind(b"\r\n")
            self._open = window[cut:]
            self._take(window[:cut], stuffed=0 <= dot < cut)
            if len(self._open) > MAX_LINE:
                self._refuse(TOO_LONG_LINE)

    def mail(self) -> bytes:
        """The finished mail, without dot-stuffing (RFC 5321, 4.5.2); it still counts until `release`."""
        if self._kept:
            self._kept[0] = self._kept[0][2:]
            self._kept.append(b"\r\n")
        mail = b"".join(self._kept)
        self._kept.clear()
        return mail

    def release(self) -> None:
        """Give the memory back; twice does no harm."""
        self._budget.give(self._size)
        self._size = 0
        self._kept.clear()

    def _take(self, lines: bytes, *, stuffed: bool) -> None:
        """Keep whole lines, each led by its CRLF."""
        if self.refusal or not lines:
            return
        if self._size + len(lines) > self._size_limit:
            self._refuse(TOO_BIG)
        elif not _line_ends_are_whole(lines):
            self._refuse(BARE_LINE_END)
        elif not _lines_fit(lines):
            self._refuse(TOO_LONG_LINE)
        elif not self._budget.take(len(lines)):
            self._refuse(NO_ROOM)
        else:
            self._size += len(lines)
            self._kept.append(lines.replace(b"\r\n.", b"\r\n") if stuffed else lines)

    def _refuse(self, reply: str) -> None:
        self.refusal = reply
        self._open = self._open[-len(END) + 1 :]
        self.release()


def _line_ends_are_whole(lines: bytes) -> bool:
    """Whether no CR or LF stands alone. What reads text files tells which line ends it met, in one quick pass."""
    decoder = IncrementalNewlineDecoder(None, translate=False)
    decoder.decode(lines.decode("latin-1"), final=True)
    return decoder.newlines in {None, "\r\n"}


def _lines_fit(lines: bytes) -> bool:
    """Whether no line is over `MAX_LINE`: leaps from line end to line end, each as far as one line may reach."""
    start = 0
    while len(lines) - start > MAX_LINE:
        newline = lines.rfind(b"\n", start, start + MAX_LINE)
        if newline < 0:
            return False
        start = newline + 1
    return True
