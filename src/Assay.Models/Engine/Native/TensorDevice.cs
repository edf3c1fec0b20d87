using TorchSharp;
using static TorchSharp.torch;

namespace Assay.Models.Engine.Native;

/// <summary>Devices by the name a user gives.</summary>
public static class TensorDevice
{
    /// <summary>The device, or null for the CPU.</summary>
    /// <param name="name"><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <exception cref="ArgumentException">The name is no device, or this libtorch cannot use it here.</exception>
    public static Device? Find(string name)
    {
        if (name == "cpu")
        {
            return null;
        }

        string[] parts = name.Split(':');
        if (parts[0] != "cuda" || parts.Length > 2 || (parts.Length == 2 && !int.TryParse(parts[1], out _)))
        {
            throw new ArgumentException($"'{name}' is no device; known are cpu, cuda and cuda:N.", nameof(name));
        }

        return TryInitialiseCuda() && cuda.is_available()
            ? new Device(name)
            : throw new ArgumentException($"The device '{name}' cannot be used: this libtorch is built without CUDA, or finds no driver. See the operator's guide.", nameof(name));
    }

    private static bool TryInitialiseCuda()
    {
        try
        {
            return TryInitializeDeviceType(DeviceType.CUDA);
        }
        catch (Exception error) when (error is NotSupportedException or DllNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }
}
