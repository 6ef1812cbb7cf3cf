"""ISO 20022 pain.001.001.09, made by `sepaxml`, with ids and times of our own, and checked against its schema.

The same batch gives the same bytes: `sepaxml` puts a random id and the machine's time in, which are replaced here.
"""

import xml.etree.ElementTree as ET
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from importlib import resources

import xmlschema
from sepaxml import SepaTransfer

from yesif.base.errors import Damaged
from yesif.base.money import Money
from yesif.core.ledger.payout.bank import Account, Due, check_batch, plain

SCHEMA = "pain.001.001.09"
_NS = f"{{urn:iso:std:iso:20022:tech:xsd:{SCHEMA}}}"


def write(*, batch: str, currency: str, payer: Account, dues: Sequence[Due], day: date, now: datetime) -> bytes:
    """The file. `batch` is its id (at most 35 characters); `day` is when the bank is asked to pay. Raises BadInput,
    Damaged where the schema refuses what came out."""
    check_batch("pain001", currency, payer, dues)
    config = {"name": plain(payer.name, 70), "IBAN": payer.number, "batch": True, "currency": currency}
    made = SepaTransfer(config, schema=SCHEMA, clean=False)
    for due in dues:
        made.add_payment(
            {
                "name": plain(due.account.name, 70),
                "IBAN": due.account.number,
                "amount": due.minor,
                "execution_date": day,
                "description": f"Yes If {batch} {due.reference}",
                "endtoend_id": due.reference,
            }
        )
    root = ET.fromstring(made.export(validate=False))  # noqa: S314  our own bytes
    _put(root, "MsgId", batch)
    _put(root, "PmtInfId", f"{batch}-1"[-35:])
    _put(root, "CreDtTm", now.strftime("%Y-%m-%dT%H:%M:%S"))
    ET.register_namespace("", _NS[1:-1])
    content: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    check(content)
    _check_totals(content, Money(sum(due.minor for due in dues), currency), len(dues))
    return content


def check(content: bytes) -> None:
    """Raises Damaged with the schema's own reason."""
    fault = next(_schema().iter_errors(content.decode()), None)
    if fault is not None:
        raise Damaged(f"the payment file does not fit {SCHEMA}: {str(fault.reason)[:200]}")


@cache
def _schema() -> xmlschema.XMLSchema:
    """The schema as `sepaxml` carries it."""
    return xmlschema.XMLSchema(resources.files("sepaxml").joinpath("schemas", f"{SCHEMA}.xsd").read_text())


def _put(root: ET.Element, name: str, text: str) -> None:
    for node in root.iter(f"{_NS}{name}"):
        node.text = text


def _check_totals(content: bytes, total: Money, count: int) -> None:
    root = ET.fromstring(content)  # noqa: S314  our own bytes
    header = root.find(f".//{_NS}GrpHdr")
    said = (header.findtext(f"{_NS}CtrlSum"), header.findtext(f"{_NS}NbOfTxs")) if header is not None else None
    if said != (f"{total.minor // 100}.{total.minor % 100:02d}", str(count)):
        raise Damaged("the payment file's totals are not those of its payments")
