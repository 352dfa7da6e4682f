"""Where customers speak besides mail: social networks, reviews. Each kind of channel is a folder of its own."""
