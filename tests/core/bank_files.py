"""Read ABA and NACHA files by column, from their published layouts: written apart from the code that writes them."""

from dataclasses import dataclass, field

Credit = tuple[str, str, int, str]


@dataclass
class Aba:
    credits: list[Credit] = field(default_factory=list)
    net: int = 0
    total: int = 0
    debits: int = 0
    count: int = 0


def read_aba(content: bytes) -> Aba:
    text = content.decode("ascii")
    assert text.endswith("\r\n")
    lines = text.split("\r\n")[:-1]
    assert {len(line) for line in lines} == {120}
    assert [line[0] for line in lines] == ["0", *"1" * (len(lines) - 2), "7"]
    head, foot = lines[0], lines[-1]
    assert head[18:20] == "01"
    assert head[20:23].isalpha()
    assert head[56:62].isdigit()
    assert head[74:80].isdigit()
    found = Aba()
    for line in lines[1:-1]:
        assert line[4] == line[83] == "-"
        assert line[18:20] == "53"
        found.credits.append((line[1:8], line[8:17].strip(), int(line[20:30]), line[62:80].strip()))
        assert line[112:120] == "0" * 8
    assert foot[1:8] == "999-999"
    found.net, found.total, found.debits = int(foot[20:30]), int(foot[30:40]), int(foot[40:50])
    found.count = int(foot[74:80])
    return found


@dataclass
class Nacha:
    credits: list[Credit] = field(default_factory=list)
    lines: int = 0
    blocks: int = 0
    batch_count: int = 0
    batch_hash: int = 0
    batch_total: int = 0
    file_count: int = 0
    file_hash: int = 0
    file_total: int = 0


def read_nacha(content: bytes) -> Nacha:
    lines = content.decode("ascii").split("\n")[:-1]
    assert {len(line) for line in lines} == {94}
    assert len(lines) % 10 == 0
    kinds = [line[0] for line in lines if line != "9" * 94]
    assert kinds == ["1", "5", *"6" * (len(kinds) - 4), "8", "9"]
    found = Nacha(lines=len(lines))
    head, batch = lines[0], lines[1]
    assert head[1:3] == "01"
    assert head[34:40] == "094101"
    assert batch[1:4] == "220"
    assert batch[50:53] == "PPD"
    for number, line in enumerate((line for line in lines if line[0] == "6"), 1):
        assert line[1:3] == "22"
        assert line[78] == "0"
        assert int(line[87:94]) == number
        found.credits.append((line[3:12], line[12:29].strip(), int(line[29:39]), line[39:54].strip()))
    control = next(line for line in lines if line[0] == "8")
    found.batch_count, found.batch_hash = int(control[4:10]), int(control[10:20])
    assert int(control[20:32]) == 0
    found.batch_total = int(control[32:44])
    foot = next(line for line in lines if line[0] == "9" and line != "9" * 94)
    assert int(foot[1:7]) == 1
    found.blocks, found.file_count, found.file_hash = int(foot[7:13]), int(foot[13:21]), int(foot[21:31])
    found.file_total = int(foot[43:55])
    return found
