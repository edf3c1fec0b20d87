namespace Assay.Worker.ModelFolders;

/// <summary>What the memory forecast assumes.</summary>
/// <param name="Rank">R on every linear layer.</param>
/// <param name="BinTokens">Tokens of a training step's largest bin.</param>
internal sealed record InspectionOptions(int Rank, int BinTokens);
