namespace Assay.Server.Contributions.Uploads;

internal enum UploadState
{
    /// <summary>Takes bytes.</summary>
    Open,

    /// <summary>Complete: it is a contribution.</summary>
    Done,

    /// <summary>Complete, and refused at the gate.</summary>
    Refused,

    /// <summary>Expired, or ended by its sender.</summary>
    Gone,
}
