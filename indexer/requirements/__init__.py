"""What a need asks for, part by part, and what the passages of a startup say of each part."""
