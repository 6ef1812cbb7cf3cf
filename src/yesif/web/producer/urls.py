"""Addresses of the producer door."""

from django.urls import URLPattern, URLResolver, include, path

from yesif.web.producer import board, dashboard, decks, market, projects, quality, releases, sessions, takes, track

app_name = "producer"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("yesif.web.producer.casting_urls")),
    path("", projects.home, name="home"),
    path("projects/new", projects.make, name="new-project"),
    path("projects/<str:project_id>", projects.page, name="project"),
    path("projects/<str:project_id>/book", sessions.book, name="book"),
    path("board", board.board, name="board"),
    path("board/<str:session_id>/chair", board.chair, name="chair"),
    path("care", board.desk, name="care"),
    path("care/<str:case_id>", board.case, name="case"),
    path("quality", quality.desk, name="quality"),
    path("quality/takes/<str:take_id>", quality.take, name="quality-take"),
    path("quality/rulings/<str:ruling_id>", quality.ruling, name="ruling"),
    path("pictures", dashboard.page, name="dashboard"),
    path("", include("yesif.web.producer.money_urls")),
    path("decks", decks.shelf, name="decks"),
    path("decks/starter", decks.import_starter, name="import-starter"),
    path("decks/<str:deck_id>", decks.deck, name="deck"),
    path("sessions", sessions.sessions, name="sessions"),
    path("sessions/<str:session_id>", sessions.page, name="session"),
    path("takes", takes.takes, name="takes"),
    path("takes/<str:take_id>", takes.page, name="take"),
    path("takes/<str:take_id>/progress", takes.progress, name="progress"),
    path("takes/<str:take_id>/go-on", takes.go_on, name="go-on"),
    path("takes/<str:take_id>/track", track.page, name="track"),
    path("takes/<str:take_id>/track.<str:form>", track.picture, name="track-picture"),
    path("projects/<str:project_id>/release", releases.build, name="new-release"),
    path("licensees", market.licensees, name="licensees"),
    path("projects/<str:project_id>/price", market.price, name="price"),
    path("releases", releases.releases, name="releases"),
    path("releases/<str:release_id>", releases.page, name="release"),
    path("releases/<str:release_id>/body", releases.body, name="release-body"),
    path("releases/<str:release_id>/fetch/<str:what>", releases.fetch, name="fetch"),
    path("", include("yesif.web.auditor.project_urls")),
]
