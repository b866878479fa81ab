/**
 * A first Home Manager configuration, put into a home that has none. The script on the box fills in what stands
 * between the at signs.
 */
export const homeManagerFiles: Readonly<Record<string, string>> = {
  'flake.nix': `{
  # Home Manager is configured here and not yet installed. To install it and to apply home.nix:
  #   nix run home-manager -- switch
  description = "Home of @USERNAME@";

  inputs = {
    nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";
    home-manager.url = "github:nix-community/home-manager";
    home-manager.inputs.nixpkgs.follows = "nixpkgs";
  };

  outputs = { nixpkgs, home-manager, ... }: {
    homeConfigurations."@USERNAME@" = home-manager.lib.homeManagerConfiguration {
      pkgs = nixpkgs.legacyPackages."@SYSTEM@";
      modules = [ ./home.nix ];
    };
  };
}
`,
  'home.nix': `{ pkgs, ... }: {
  home.username = "@USERNAME@";
  home.homeDirectory = "@HOME@";

  # The release whose defaults this home keeps to. Not to be changed by an upgrade.
  home.stateVersion = "25.05";

  home.packages = [
    # pkgs.ripgrep
  ];

  programs.home-manager.enable = true;
}
`,
};
