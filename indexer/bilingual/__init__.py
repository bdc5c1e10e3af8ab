"""The bilingual default encoder: English and Italian texts through one transformer body."""
