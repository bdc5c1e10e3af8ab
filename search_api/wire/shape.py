"""What all that clients get has in common."""

from pydantic import BaseModel, ConfigDict


class Out(BaseModel):
    """Something that clients get."""

    model_config = ConfigDict(frozen=True)
