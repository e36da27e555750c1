"""What a plan costs, exactly, and the papers that follow: pure verbs over plans and fees."""
