"""What the stage holds of a person besides what was played: gone when they are erased. For `flows.erase`."""

from django.db import transaction
from django.db.models import Q

from yesif.apps.stage.models import CareCase, Place, PlayAgain, RoomCheck


@transaction.atomic
def forget(*, about: str) -> None:
    """Answers by and about them, their room check, what their devices were, and their own words at the care desk."""
    PlayAgain.objects.filter(Q(by_id=about) | Q(about_id=about)).delete()
    RoomCheck.objects.filter(performer_id=about).delete()
    Place.objects.filter(performer_id=about).update(device_check=None)
    CareCase.objects.filter(by_id=about).update(words="", answer="", evidence={})
