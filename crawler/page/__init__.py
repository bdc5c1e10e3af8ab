"""What a page says: HTML and PDF to blocks, their language, without boilerplate and personal data."""
