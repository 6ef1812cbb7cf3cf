"""The pages speak Spanish to who asks for it, whole; the choice is one button, kept by the browser, and comes back."""

import json
import re

import pytest
from django.core import mail
from django.test import Client
from django.utils import translation

from tests.apps.casting_cast import published
from tests.people import person
from tests.web.reading import faults
from tests.web.scene import played
from tests.web.test_performer import booked
from yesif.base.counts import told
from yesif.core.matching.fit import Fit
from yesif.core.policy.grants import OnRevoke
from yesif.core.policy.uses import CURRENT
from yesif.web.aloud import aloud, in_figures
from yesif.web.clock import CLOCK
from yesif.web.entrance import letters
from yesif.web.room.tongue import tongue_of
from yesif.web.room.upload import _say
from yesif.web.templatetags.coins import coins, micro
from yesif.web.templatetags.yesif import money

pytestmark = pytest.mark.django_db

ENGLISH = re.compile(
    r"\b(?:the|and|your|you|with|this|that|from|what|when|who|every|nobody|until|which|their|they|are|not|have|of|it)\b"
)


def read(client: Client, address: str, status: int = 200, **more: str) -> str:
    answer = client.get(address, headers={"accept": "text/html", **more})
    assert answer.status_code == status, address
    text = answer.content.decode()
    assert faults(text) == [], address
    return text


def spoken(text: str) -> str:
    """What of a page is read, without what people wrote themselves."""
    body = re.sub(r"<(script|style|code|nav class=\"none\")\b.*?</\1>", " ", text.split("<body>")[1], flags=re.DOTALL)
    return re.sub(r"<[^>]*>", " ", body)


@pytest.fixture
def spanish() -> Client:
    client = Client(headers={"accept-language": "es-MX,es;q=0.9,en;q=0.5"})
    client.force_login(person("ana"))
    return client


class TestPages:
    def test_offer_answers_and_review_have_no_english_word_left(self, spanish: Client) -> None:
        offer = booked()
        take = played(title="Unidad 114")
        mine = "{p} {p}offers/{offer} {p}answers {p}answers/copies {p}answers/unions {p}money {p}decisions {p}erase " \
            "{p}takes/{take}/withdraw {p}room-check {p}record /passkeys /help /sign-in"  # fmt: skip
        for address in mine.format(p="/performer/", offer=offer, take=take.ana).split():
            page = read(spanish, address)
            assert '<html lang="es"' in page
            left = ENGLISH.findall(spoken(page))
            assert left == [], (address, left)

    def test_the_listing_reads_in_spanish(self) -> None:
        page = read(Client(headers={"accept-language": "es"}), f"/calls/{published()}")
        for words in ("Quién graba", "Entender el habla, para investigación pública", "por hora", "¿Cuándo se borran"):
            assert words in page

    def test_numbers_days_and_money_are_written_as_spanish_writes_them(self, spanish: Client) -> None:
        page = read(spanish, f"/performer/offers/{booked()}")
        assert "74,00 EUR por hora: 111,00 EUR por todo el tiempo" in page
        assert "EUR 74" not in page
        assert re.search(r"\d{1,2} (ene|feb|mar|abr|may|jun|jul|ago|sep|oct|nov|dic)\w* \d{4}", page, re.IGNORECASE)

    def test_a_refusal_is_told_in_spanish_and_the_same_for_what_is_not_there(self, spanish: Client) -> None:
        assert "Aquí no hay nada que puedas ver." in read(
            spanish, "/performer/takes/prf_00000000000000000000000000", 404
        )
        assert "Aquí no hay nada que puedas ver." in read(spanish, "/nowhere", 404)

    def test_who_asks_for_a_language_that_is_not_here_reads_english(self) -> None:
        page = read(Client(headers={"accept-language": "fi"}), "/help")
        assert '<html lang="en"' in page
        assert "Leave is always open" in page


class TestTheChoice:
    def test_one_button_changes_it_the_browser_keeps_it_and_it_comes_back(self, client: Client) -> None:
        page = read(client, "/help?from=foot")
        assert '<button class="link" type="submit" name="language" value="es" lang="es">Español</button>' in page
        assert '<input type="hidden" name="next" value="/help?from=foot">' in page
        answer = client.post("/language", {"language": "es", "next": "/help?from=foot"})
        assert (answer.status_code, answer["location"]) == (302, "/help?from=foot")
        assert answer.cookies["language"]["max-age"] == 365 * 24 * 3600
        page = read(client, "/help")
        assert "Salir está siempre abierto" in page
        assert 'lang="es" aria-current="true">Español' in page
        client.post("/language", {"language": "en-gb", "next": "/"})
        assert "Leave is always open" in read(client, "/help")

    @pytest.mark.parametrize("language", ["xx", "", "../es", "es\x00"])
    def test_a_language_that_is_not_offered_changes_nothing(self, client: Client, language: str) -> None:
        answer = client.post("/language", {"language": language, "next": "/help"})
        assert answer.status_code == 302
        assert "Leave is always open" in read(client, "/help")

    @pytest.mark.parametrize("onward", ["https://elsewhere.test/", "//elsewhere.test", "javascript:1"])
    def test_it_leads_nowhere_else(self, client: Client, onward: str) -> None:
        assert "elsewhere" not in client.post("/language", {"language": "es", "next": onward})["location"]

    def test_a_get_changes_nothing(self, client: Client) -> None:
        assert client.get("/language?language=es").status_code == 405

    def test_a_refused_page_does_not_say_its_own_address(self, client: Client) -> None:
        assert 'name="next"' not in read(client, "/nowhere", 404)


class TestSentences:
    def test_what_answers_mean_is_turned_sentence_by_sentence(self) -> None:
        from yesif.core.policy.explain import meaning
        from yesif.core.policy.grants import Conditions

        said = meaning(
            yes={"understand-speech", "test-only", "research"}, ask={"games-film"}, no=set(),
            terms=Conditions(until=CLOCK.now()),
        )  # fmt: skip
        with translation.override("es"):
            told = aloud(said)
        assert "Dices que Sí a “Entender el habla” y “Poner a prueba un sistema”." in told
        assert "12 preguntas no tienen respuesta todavía. Eso cuenta como No." in told
        assert ENGLISH.findall(told) == []

    def test_the_three_columns_are_turned_whatever_ends(self) -> None:
        from yesif.core.policy.effects import of_ending, of_erasure, of_withdrawal

        with translation.override("es"):
            for licensees in (0, 1, 3):
                for on_revoke in OnRevoke:
                    now = CLOCK.now()
                    ended = of_ending(on_revoke=on_revoke, licensees=licensees, now=now)
                    gone = of_withdrawal(on_revoke=on_revoke, licensees=licensees, deletes=licensees > 1, now=now)
                    for one in (ended, gone, of_erasure(licensees=licensees, now=now)):
                        for said in (*one.undone, *one.others, *one.stops):
                            assert ENGLISH.findall(aloud(said)) == [], said

    def test_every_question_and_its_sentences_are_turned(self) -> None:
        with translation.override("es"):
            for item in (*CURRENT.whats, *CURRENT.wheres):
                assert aloud(item.label) != item.label
                assert aloud(item.plain) != item.plain

    def test_why_two_are_a_pair(self) -> None:
        fit = Fit("a", "b", 1.0, 18, ("en", "es"), 2, True, ())  # type: ignore[call-arg,arg-type]
        with translation.override("es"):
            assert aloud(fit.sentence()) == (
                "18 tarjetas valen para los dos; los dos interpretan en inglés y español; "
                "han interpretado juntos 2 veces y los dos repetirían."
            )

    @pytest.mark.parametrize(
        "theirs", ["Somebody wrote this. By hand!", "", "{0} %s %(n)s", "until {", "3 cards", "Ana and Bo", "a" * 4000]
    )
    def test_what_no_list_knows_stays_as_it_was_said(self, theirs: str) -> None:
        with translation.override("es"):
            assert aloud(theirs) == theirs

    def test_english_stays_what_it_was(self) -> None:
        assert aloud("Nothing was changed.") == "Nothing was changed."
        assert in_figures("EUR 1,234.50") == "EUR 1,234.50"
        with translation.override("es"):
            assert in_figures("EUR 1,234.50").replace("\xa0", ".") == "1.234,50 EUR"

    def test_every_amount_goes_through_one_filter(self) -> None:
        english = [money(123450, "EUR"), money(-50, "EUR"), money(7400, "JPY"), coins(123_456_789_012, "EUR"), micro(
            1_234_567, "EUR")]  # fmt: skip
        assert english == ["EUR 1,234.50", "EUR -0.50", "JPY 7,400", "EUR 1,234.56", "EUR 0.01234567"]
        with translation.override("es"):
            spanish = [
                money(123450, "EUR"),
                coins(123_456_789_012, "EUR"),
                micro(1_234_567, "EUR"),
                in_figures("7.50 EUR"),
            ]
        assert [one.replace("\xa0", ".") for one in spanish] == [
            "1.234,50 EUR", "1.234,56 EUR", "0,01234567 EUR", "7,50 EUR"
        ]  # fmt: skip

    def test_a_number_that_is_not_told_is_told_in_words(self) -> None:
        with translation.override("es"):
            assert [aloud(told(*of)) for of in ((0, 0), (9, 2), (9, 5))] == ["ninguno", "unas pocas", "9"]

    def test_what_an_upload_is_refused_with_is_told_in_spanish(self) -> None:
        with translation.override("es"):
            answer = _say("You opened 60 uploads within a minute; wait a minute and go on.", 429, {})
        assert answer.content.decode() != "You opened 60 uploads within a minute; wait a minute and go on."


class TestBesidesPages:
    def test_the_sign_in_letter_comes_in_the_language_it_was_asked_in(self) -> None:
        mail.outbox.clear()
        Client(headers={"accept-language": "es"}).post("/sign-in", {"email": person("ana").email})
        letters.settle()
        assert mail.outbox[0].subject == "Tu enlace para entrar"
        assert "Vale 15 minutos" in mail.outbox[0].body

    def test_a_page_hands_its_scripts_their_sentences_and_an_english_one_hands_none(self, spanish: Client) -> None:
        found = re.search(r'<meta name="words" content="([^"]*)">', read(spanish, "/performer/takes"))
        assert found
        table = json.loads(found[1].replace("&quot;", '"').replace("&#x27;", "'").replace("&amp;", "&"))
        assert table["{name} is ready."] == "{name} está a punto."
        english = Client()
        english.force_login(person("ana"))
        assert 'name="words"' not in read(english, "/performer/takes")

    @pytest.mark.parametrize(
        ("cookies", "wishes", "spoken"),
        [
            ("language=es", "en", "es"), ("", "es-AR, en;q=0.3", "es"), ("language=en-gb", "es", "en-gb"),
            ("", "", "en-gb"), ("language=xx", "fi", "en-gb"), ("\x00=;;", ",;,", "en-gb"), ("", "en-US", "en-gb"),
        ],
    )  # fmt: skip
    def test_a_line_to_the_room_speaks_what_its_browser_asks(self, cookies: str, wishes: str, spoken: str) -> None:
        assert tongue_of(cookies, wishes) == spoken
