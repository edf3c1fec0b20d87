using Assay.Models.Engine;

namespace Assay.Worker.ModelFolders;

/// <summary>A memory forecast in MiB, rounded up.</summary>
/// <param name="Use">What for.</param>
/// <param name="TotalMib">All of it.</param>
/// <param name="BaseMib">Frozen weights.</param>
/// <param name="AdaptersMib">Trained parameters with gradients and moments.</param>
/// <param name="SavedMib">Kept from the forward for the backward.</param>
/// <param name="WorkMib">Reused buffers.</param>
/// <param name="CacheMib">Keys and values.</param>
/// <param name="Fits">Whether it fits into the memory that is free now.</param>
internal sealed record ForecastRow(string Use, long TotalMib, long BaseMib, long AdaptersMib, long SavedMib, long WorkMib, long CacheMib, bool Fits)
{
    /// <summary>The row of a forecast.</summary>
    public static ForecastRow Of(string use, MemoryForecast forecast, long freeBytes) => new(
        use, Mib(forecast.Total), Mib(forecast.Base), Mib(forecast.Adapters), Mib(forecast.Saved), Mib(forecast.Work), Mib(forecast.Cache), forecast.Fits(freeBytes));

    private static long Mib(long bytes) => (bytes + (1 << 20) - 1) >> 20;
}
