namespace Assay.Client.Datanets;

/// <summary>Opens an import: an existing corpus that the owner brings into the own datanet under one label.</summary>
/// <param name="Label">What the corpus is, 3 to 120 characters; shown beside every file of it.</param>
public sealed record OpenImportRequest(string Label);

/// <summary>An owner's import and what became of its files. They are judged like any other, use nobody's day and stand on no board.</summary>
/// <param name="State">open or closed.</param>
/// <param name="Bytes">Received so far in this import.</param>
/// <param name="LaneUsed">Bytes that all imports of the datanet have used.</param>
/// <param name="LaneCap">Bytes that the operator allows them.</param>
public sealed record ImportView(string Id, string DatanetId, string Label, string State, DateTimeOffset OpenedAt, int Files, long Bytes, int Accepted, int Rejected, int InReview,
    int Waiting, long LaneUsed, long LaneCap);
