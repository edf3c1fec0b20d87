namespace Assay.Server.Shared.Quotas;

internal enum ReservationState
{
    Open,
    Committed,
    Cancelled,
}
