"""What the market's own books say was delivered and leased, to be held against the record."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from yesif.apps.market.models import Inclusion, Lease, LeasedClip, Licence, Release


def licences_of_project(project_id: str) -> list[str]:
    """The ids of every licence of a project."""
    return list(Licence.objects.filter(project_id=project_id).order_by("pk").values_list("pk", flat=True))


def leases_given(subjects: Collection[str] | None = None) -> Iterator[dict[str, Any]]:
    """Every lease with its performances; `subjects`: only those under these licences."""
    found = Lease.objects.order_by("line")
    if subjects is not None:
        found = found.filter(run__licence_id__in=subjects)
    clips: dict[str, list[str]] = defaultdict(list)
    for lease, performance in LeasedClip.objects.filter(lease__in=found).values_list("lease_id", "performance"):
        clips[lease].append(performance)
    for lease, run in found.values_list("pk", "run_id"):
        yield {"lease": lease, "run": run, "performances": sorted(clips[lease])}


def manifests_delivered(subjects: Collection[str] | None = None) -> Iterator[dict[str, Any]]:
    """Every published release with its digest and performances; `subjects`: only those of these projects."""
    found = Release.objects.filter(state="published").order_by("published_at", "pk")
    if subjects is not None:
        found = found.filter(project_id__in=subjects)
    inside: dict[str, list[str]] = defaultdict(list)
    for release, performance in Inclusion.objects.filter(release__in=found).values_list("release_id", "performance"):
        inside[release].append(performance)
    for release, digest in found.values_list("pk", "digest"):
        yield {"release": release, "digest": digest, "performances": sorted(inside[release])}
