"""Mathematics on plain numbers: lifetime value, histograms, fading sums."""
