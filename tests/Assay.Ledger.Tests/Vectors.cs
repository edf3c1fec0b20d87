using Assay.Ledger.Checkpoints;
using Assay.Ledger.Tree;

namespace Assay.Ledger.Tests;

/// <summary>The test vectors of the ledger document, made by independent implementations.</summary>
internal static class Vectors
{
    public const string Origin = "datanet.example/log1";

    public const string Vkey = "datanet.example/log1+7d557b6a+AQOhB7/zzhC+HXDdGOdLwJln5NYwm6UNXx3chmQSVTG4";

    public const string WitnessVkey = "witness.example/w1+20324abe+BCmsuuFBvMrwsi4alNNNC8c2HlJtC/4SyJeUvJMilm3X";

    public const long WitnessTime = 1_795_305_600;

    /// <summary>The leaves of the Certificate Transparency test tree.</summary>
    public static byte[][] Entries { get; } =
        [.. new[] { "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f" }.Select(Convert.FromHexString)];

    public static TreeHash[] Leaves { get; } = [.. Entries.Select(entry => TreeHash.OfLeaf(entry))];

    /// <summary>Roots over the first n leaves, n from 0 to 8.</summary>
    public static string[] Roots { get; } =
    [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    public static string SignedCheckpoint { get; } = string.Join('\n',
        "datanet.example/log1",
        "8",
        "XcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=",
        "",
        "— datanet.example/log1 fVV7al+L9CDv0oYSCveZ1klIm123rjb7tBVcSwM3HQpyZ8Am/amyKQtUuXfP63qN9/PENzMKIw/m1t4ncHVmiYIz5Qk=",
        "— witness.example/w1 IDJKvgAAAABrAjCA+oKVhdrgfaoQAMUvomSls/VAxJ6oAdGInFHEjWa66daSIx+KS0qS/8IlY6m0hJyM/0253N3UrIi0uDkLr+vsDg==",
        "");

    public static string Receipt { get; } =
        "c2sp.org/tlog-proof@v1\nextra QEFCQw==\nindex 5\nvBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=\n"
        + "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=\n037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=\n\n" + SignedCheckpoint;

    public static NoteSigner Signer() => NoteSigner.FromSeed(Origin, Seed(0x00));

    public static NoteSigner Witness() => NoteSigner.FromSeed("witness.example/w1", Seed(0x20), NoteAlgorithm.Cosignature);

    /// <summary>32 bytes counting up.</summary>
    public static byte[] Seed(byte first) => [.. Enumerable.Range(first, 32).Select(b => (byte)b)];
}
