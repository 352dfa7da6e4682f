"""A second opinion: a language model that the owner chose may be asked, and never answers for us."""
