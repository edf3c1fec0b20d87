using System.Runtime.InteropServices;

namespace Assay.Models.Engine.Native;

/// <summary>How libtorch's OpenMP threads wait for work.</summary>
public static partial class NativeThreads
{
    // Some 50 µs: the gaps between the products of a step are shorter, and waking a sleeping thread for each costs an eighth of the speed on a quiet machine.
    private const string ShortSpin = "5000";

    /// <summary>Lets idle tensor threads sleep after a short spin. Call it first thing in a program: the library reads the setting once, when it is loaded.</summary>
    /// <remarks>
    /// By default each thread spins for a while after every product. Beside other programs on few cores that starves the very thread it waits for:
    /// with 12 runnable processes on 2 cores a 4-million-parameter model decoded 11 tokens/s spinning and 200 to 300 sleeping.
    /// A value that the user has set stays. .NET's own environment does not reach native libraries, hence <c>setenv</c>.
    /// </remarks>
    public static void SleepWhenIdle()
    {
        if (OperatingSystem.IsLinux() || OperatingSystem.IsMacOS())
        {
            _ = SetEnvironment("OMP_WAIT_POLICY", "PASSIVE", 0);
            _ = SetEnvironment("GOMP_SPINCOUNT", ShortSpin, 0);
        }
    }

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);
}
