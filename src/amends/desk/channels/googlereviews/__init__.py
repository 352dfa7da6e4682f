"""Reviews of a Google Business Profile, and the owner's replies to them."""
