"""What keeps a crawl out of endless families of addresses."""
