"""Why a startup is not in the list of a need, and what would bring it there."""
