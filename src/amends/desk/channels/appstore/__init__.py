"""Reviews of an app in Apple's App Store, and the developer's responses to them."""
