namespace Assay.Server.Contributions;

internal static partial class SweepLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The sweep failed; a later one tries again")]
    public static partial void Failed(ILogger log, Exception failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "Swept {Reservations} abandoned reservations, {Staging} staging files, {Blobs} blobs without a row, {Folders} folders of ended runs")]
    public static partial void Swept(ILogger log, int reservations, int staging, int blobs, int folders);
}
