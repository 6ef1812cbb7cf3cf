"""The producer's own rows, locked; not there and not theirs are one answer."""

from yesif.apps.casting.models import Block, Project
from yesif.base.errors import NotFound


def owned_project(project_id: str, producer_id: str) -> Project:
    """A producer's own project, locked. Raises NotFound."""
    found = Project.objects.select_for_update().filter(pk=project_id, producer_id=producer_id).first()
    if found is None:
        raise NotFound
    return found


def owned_block(block_id: str, producer_id: str) -> Block:
    """A block of a producer's own project, locked. Raises NotFound."""
    found = Block.objects.select_for_update().filter(pk=block_id, project__producer_id=producer_id).first()
    if found is None:
        raise NotFound
    return found
