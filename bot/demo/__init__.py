"""The trial: a team and its stories, in the browser and on the terminal."""
