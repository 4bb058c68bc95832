"""How the readers' site looks: the newsroom's name, colours and pictures, which stand above the paper's theme."""
