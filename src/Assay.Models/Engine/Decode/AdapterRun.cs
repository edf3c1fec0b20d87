namespace Assay.Models.Engine.Decode;

/// <summary>Neighbouring rows of a pass that share an adapter.</summary>
/// <param name="Adapter">The adapter.</param>
/// <param name="First">First row.</param>
/// <param name="End">Past the last row.</param>
internal readonly record struct AdapterRun(DecodeAdapter Adapter, int First, int End);
