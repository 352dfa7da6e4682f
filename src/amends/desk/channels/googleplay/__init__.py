"""Reviews of an app in Google Play, and the developer's replies to them."""
