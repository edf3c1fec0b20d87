using Assay.Client.Runs;
using Assay.Server.Datanets;
using Assay.Server.ModelCatalog;

namespace Assay.Server.Runs;

/// <summary>What a run is about to do, checked and chosen.</summary>
/// <param name="Settings">With every default filled in.</param>
/// <param name="Snapshots">In ledger order.</param>
/// <param name="Weights">One for each of them.</param>
/// <param name="Datanets">Every datanet that its adapter will have learnt from.</param>
/// <param name="Train">Ids of the records that are trained, one that counts twice stands there twice.</param>
/// <param name="HoldOut">Ids of the records that are kept for evaluation.</param>
internal sealed record RunPlan(BaseModel Base, RunSettings Settings, List<SnapshotRow> Snapshots, IReadOnlyList<double> Weights, IReadOnlyList<string> Datanets, List<long> Train, List<long> HoldOut);
