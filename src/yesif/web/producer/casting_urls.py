"""Addresses of casting at the producer door: frame, call, funnel, match board, blocks, deck editor."""

from django.urls import URLPattern, path

from yesif.web.producer import casting, deck_editor, ensembles, match_board

urlpatterns: list[URLPattern] = [
    path("projects/<str:project_id>/frame", casting.frame, name="frame"),
    path("projects/<str:project_id>/call", casting.call, name="call"),
    path("projects/<str:project_id>/call/publish", casting.publish, name="publish-call"),
    path("projects/<str:project_id>/call/close", casting.close, name="close-call"),
    path("projects/<str:project_id>/buyer", casting.buyer, name="buyer"),
    path("projects/<str:project_id>/funnel", casting.funnel, name="funnel"),
    path("projects/<str:project_id>/offer/<str:performer_id>", casting.offer, name="put-offer"),
    path("projects/<str:project_id>/aside/<str:performer_id>", casting.aside, name="put-aside"),
    path("projects/<str:project_id>/board", match_board.board, name="match-board"),
    path("projects/<str:project_id>/ensembles", ensembles.page, name="ensembles"),
    path("projects/<str:project_id>/wish", match_board.wish, name="wish"),
    path("blocks/<str:block_id>", match_board.block, name="block"),
    path("blocks/<str:block_id>/settle", match_board.settle, name="settle"),
    path("blocks/<str:block_id>/again", match_board.again, name="pair-again"),
    path("decks/import", deck_editor.import_file, name="import-deck"),
    path("decks/<str:deck_id>/export", deck_editor.export, name="export-deck"),
    path("decks/<str:deck_id>/cards/new", deck_editor.card, name="new-card"),
    path("decks/<str:deck_id>/cards/<str:key>", deck_editor.card, name="edit-card"),
    path("decks/<str:deck_id>/notes/new", deck_editor.note, name="new-note"),
    path("decks/<str:deck_id>/notes/<str:key>", deck_editor.note, name="edit-note"),
]
