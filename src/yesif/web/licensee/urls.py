"""Addresses of the licensee door."""

from django.urls import URLPattern, URLResolver, path

from yesif.web.licensee import catalogue, licences, organisation

app_name = "licensee"
urlpatterns: list[URLPattern | URLResolver] = [
    path("", catalogue.home, name="home"),
    path("projects/<str:project_id>/declare", catalogue.declare, name="declare"),
    path("licences", licences.listed, name="licences"),
    path("licences/<str:licence_id>", licences.page, name="licence"),
    path("licences/<str:licence_id>/sign", licences.sign, name="sign"),
    path("licences/<str:licence_id>/drop", licences.drop, name="drop"),
    path("licences/<str:licence_id>/build", licences.build, name="build"),
    path("licences/<str:licence_id>/clearance", licences.clearance_pack, name="clearance"),
    path("organisation", organisation.page, name="organisation"),
    path("organisation/keys/<int:key_id>/end", organisation.end_key, name="end-key"),
    path("organisation/tokens/<int:token_id>/end", organisation.end_token, name="end-token"),
    path("withdrawn", organisation.withdrawn, name="withdrawn"),
    path("notices/<str:notice_id>/sign", organisation.sign_notice, name="sign-notice"),
    path("withdrawn/<str:notice_id>/attest", organisation.attest_notice, name="attest-notice"),
]
