namespace Assay.Client.Models;

/// <summary>A base model or a tuned version that can be chatted with.</summary>
/// <param name="Name">What a chat request calls it: a base name or a run's model name.</param>
/// <param name="Base">Absent for a base model.</param>
/// <param name="Demonstration">True for the starter and everything tuned from it: it shows the way, it is no useful assistant.</param>
/// <param name="Removed">Files that it was trained on and that were removed since.</param>
public sealed record ModelView(string Name, string Family, long Parameters, int Context, string Licence, bool Demonstration, string? Base = null,
    string? RunId = null, string? OwnerId = null, DateTimeOffset? CreatedAt = null, double? BaseLoss = null, double? TunedLoss = null,
    int Removed = 0);
