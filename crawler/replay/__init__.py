"""The ways back from an archive: pages made anew, quotations proved, other people's archives taken in."""
